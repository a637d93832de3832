/**
 * Where everyone of a siege comes from: real addresses in a network of the
 * test's own, or one proxy that says for whom it speaks.
 */
import { connect, type Socket } from "node:net";
import { RawClient, requestHead } from "../../bench/raw-client.ts";

const HOST = "::1";

export interface World {
	readonly port: number;
	/** Whether all come through a proxy, by its header. */
	readonly proxied: boolean;
}

/** Everyone comes from the documentation's network, 2001:db8::/32, a /48 for each of the good. */
export const homeOf = (person: number) => `2001:db8:${person + 1}::1`;

/** One of the hostile /48's 65,536 networks. */
export const hostile = (network: number) =>
	`2001:db8:bad:${(network % 65_536).toString(16)}::1`;

const headersOf = ({ proxied }: World, address: string) => ({
	Host: "localhost",
	...(proxied && { "X-Forwarded-For": address }),
});

/** Connects a WebSocket that hears. */
export function call(
	world: World,
	address: string,
	onText: (text: string) => void,
): Promise<RawClient> {
	return RawClient.connect({
		...{ port: world.port, host: HOST, protocol: "plume.2", onText },
		headers: headersOf(world, address),
		...(!world.proxied && { localAddress: address }),
	});
}

/** Opens a bare TCP connection whose end, whatever it is, is nobody's trouble. */
export function dial({ port, proxied }: World, address: string): Socket {
	const from = proxied ? {} : { localAddress: address };
	const socket = connect({ port, host: HOST, ...from });
	return socket.on("error", () => {});
}

/** The head of a plain request. */
export const request = (
	world: World,
	address: string,
	path: string,
	headers: Readonly<Record<string, string>> = {},
) => requestHead(path, { ...headersOf(world, address), ...headers });
