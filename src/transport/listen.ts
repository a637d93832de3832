/** Where a server listens: at an address, or on a socket that listens already. */
import { once } from "node:events";
import type { Server } from "node:net";
import { ConfigError } from "../settings.ts";

/** It stays open when we end: connections wait in it for the next server. */
export interface PassedSocket {
	readonly fd: number;
}

export interface Address {
	readonly host: string;
	/** 0 picks one. */
	readonly port: number;
}

/** A Unix socket. */
export interface LocalPath {
	readonly path: string;
}

export interface Bound {
	readonly host: string;
	readonly url: string;
	/** The address of all peers, where a socket can't tell. */
	readonly peer?: string;
}

/** Who connects to a unix socket is on this machine. */
const HERE = "127.0.0.1";
/** Connections that may wait to be accepted. Node's default, 511, would also shorten the queue of a passed socket. */
const MOST_WAITING = 4096;

/** Resolves once the server listens; rejects if it can't. */
export async function listen(
	server: Server,
	at: Address | PassedSocket,
): Promise<Bound> {
	const isOurs = "host" in at;
	await once(server.listen(at, MOST_WAITING), "listening").catch((error) => {
		if (isOurs) throw error;
		throw new ConfigError(
			`systemd passed no listening stream socket (${error.code}): plume.socket needs one ListenStream= line, and no Accept=yes.`,
		);
	});
	const bound = server.address();
	// Node doesn't tell the path of a unix socket that was passed to it.
	if (typeof bound !== "object" || !bound)
		return { host: HERE, peer: HERE, url: "unix:" };
	const host = isOurs ? at.host : bound.address;
	const shownHost = host.includes(":") ? `[${host}]` : host;
	return { host, url: `http://${shownHost}:${bound.port}` };
}
