/** The address of a stream, as PLUME_LOG gives it: nats://host:port,host2:port/STREAM. */
import { isLoopback } from "../transport/hosts.ts";

export interface StreamAddress {
	/** Each is `host:port`. */
	readonly servers: readonly string[];
	readonly stream: string;
}

const SERVER = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;
const NATS_PORT = 4222;

/** Throws an `Error` that quotes nothing in which a password could be. */
export function parseStreamAddress(text: string): StreamAddress {
	const [, hosts = "", stream = ""] =
		/^nats:\/\/(.*)\/([^/]*)$/.exec(text) ?? [];
	if (text.includes("@"))
		throw new Error(
			"a user or a password does not belong into the address: put them in a .creds file, and name it in PLUME_NATS_CREDENTIALS",
		);
	if (!/^[A-Za-z\d_-]{1,32}$/.test(stream))
		throw new Error(
			"write nats://, the servers by comma, a slash and the name of the stream (letters, digits, _ and -), as in nats://127.0.0.1:4222/PLUME",
		);
	const servers = hosts.split(",").map((server) => {
		const [, port = String(NATS_PORT)] = SERVER.exec(server) ?? [];
		if (!SERVER.test(server) || Number(port) < 1 || Number(port) > 65_535)
			throw new Error(
				`"${server}" is no server: say a host and a port, like nats1.example.org:4222`,
			);
		return `${server.replace(/:\d+$/, "")}:${port}`;
	});
	return { servers, stream };
}

/** Whether every server of an address is this machine. */
export const isHere = ({ servers }: StreamAddress): boolean =>
	servers.every((server) => isLoopback(server.replace(/:\d+$/, "")));
