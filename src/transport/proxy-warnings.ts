/** Warns the operator, once for each kind, of what a proxy in front does wrong. */
import type { IncomingMessage } from "node:http";
import type { Reporter } from "../engine/parts.ts";

const MOST_SHOWN = 100;

export type ProxyWarnings = ReturnType<typeof proxyWarnings>;

export function proxyWarnings(report: Reporter) {
	const given = new Set<string>();
	function warn(fields: Readonly<Record<string, string>>, words: string) {
		if (!given.has(words)) report.warn(fields, words);
		given.add(words);
	}
	return {
		/** Call it with each request while no proxy is trusted. */
		untrusted({ headers }: IncomingMessage) {
			const header = ["x-forwarded-for", "forwarded", "x-real-ip"].find(
				(name) => headers[name] !== undefined,
			);
			if (header)
				warn(
					{ variable: "PLUME_TRUST_PROXY", header },
					"a proxy's word about who calls is ignored: set PLUME_TRUST_PROXY to its address if it is yours",
				);
		},
		/** A page was refused by its origin, perhaps because a proxy does not keep the Host header. */
		foreignOrigin({ headers }: IncomingMessage) {
			const origin = headers.origin?.slice(0, MOST_SHOWN) ?? "";
			const host = headers.host?.slice(0, MOST_SHOWN) ?? "";
			warn(
				{ variable: "PLUME_ORIGINS", origin, host },
				"a page was refused, for its origin is not the host it asked for. If that origin is yours, let the proxy keep the Host header, or set PLUME_ORIGINS to it",
			);
		},
		/** A request for `/connect` without an upgrade: typed by a person, or a WebSocket whose proxy dropped the header. */
		noUpgrade({ headers }: IncomingMessage) {
			if (headers["sec-websocket-key"] !== undefined)
				warn(
					{ header: "Upgrade" },
					"a WebSocket came without its upgrade, so nobody can connect: the proxy must pass on the headers Upgrade and Connection, by HTTP/1.1",
				);
		},
	};
}
