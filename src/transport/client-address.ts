/**
 * The address of a client behind proxies. Headers are easily forged, so a hop
 * is believed only from a proxy that the operator trusts.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Trusted = readonly (readonly [Address, number])[];

/** The narrowest first. */
export type Networks = readonly [string, ...string[]];

export interface ClientAddress {
	readonly address: string;
	/** The keys that limits count by: the IPv4 address, or the IPv6 /64, /56 and /48, since a customer may be given any of these. */
	readonly networks: Networks;
}

interface Hops {
	/** The other end of the socket. */
	readonly remote: string | undefined;
	/** `X-Forwarded-For`: each proxy appends who called it. */
	readonly forwardedFor: string | readonly string[] | undefined;
	readonly trusted: Trusted;
}

/** Parses addresses and CIDR blocks, separated by commas. Throws an Error that names the entry it can't parse. */
export function parseTrusted(list: string): Trusted {
	const entries = list.split(",").map((entry) => entry.trim());
	return entries.filter(Boolean).map((entry) => {
		const [written = "", size, ...more] = entry.split("/");
		const address = addressIn(written);
		const most = address?.kind() === "ipv4" ? 32 : 128;
		const bits = Number(size ?? most);
		const fits = /^\d*$/.test(size ?? "") && size !== "" && bits <= most;
		if (!address || !fits || more.length > 0)
			throw new Error(`"${entry}" is neither an IP address nor a CIDR block`);
		return [address, bits] as const;
	});
}

/** Walks the hops from the nearest one, while each is trusted and names the address of the next. */
export function clientAddress(hops: Hops): ClientAddress {
	const { remote, forwardedFor, trusted } = hops;
	let peer = addressIn(remote ?? "");
	if (!peer) return { address: "unknown", networks: ["unknown"] };
	const forwarded = [forwardedFor ?? []].flat().join(",").split(",");
	while (isTrusted(peer, trusted)) {
		const next = addressIn(withoutPort(forwarded.pop() ?? ""));
		if (!next) break;
		peer = next;
	}
	const address = peer.toString();
	if (peer instanceof ipaddr.IPv4) return { address, networks: [address] };
	const block = (bits: number) =>
		`${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`;
	return { address, networks: [block(64), block(56), block(48)] };
}

/** The keys that count a TCP connection; none if the peer is a trusted proxy. */
export function peerNetworks(
	remote: string | undefined,
	trusted: Trusted,
): readonly string[] {
	const peer = addressIn(remote ?? "");
	if (peer && isTrusted(peer, trusted)) return [];
	return clientAddress({ remote, forwardedFor: undefined, trusted }).networks;
}

function isTrusted(peer: Address, trusted: Trusted): boolean {
	return trusted.some(
		([block, bits]) => block.kind() === peer.kind() && peer.match(block, bits),
	);
}

/** Some proxies name the port too: `203.0.113.7:4431`, `[2001:db8::1]:443`. */
const withoutPort = (hop: string) =>
	hop
		.trim()
		.replace(/^"(.*)"$/, "$1")
		.replace(/^\[(.*)\](:\d+)?$/, "$1")
		.replace(/^([\d.]+):\d+$/, "$1");

/** An IPv4-mapped IPv6 address becomes the IPv4 address. The name of the interface behind a link-local one is left out. */
export function addressIn(text: string): Address | undefined {
	const bare = text.replace(/%.*/s, "");
	return isIP(bare) === 0 ? undefined : ipaddr.process(bare);
}
