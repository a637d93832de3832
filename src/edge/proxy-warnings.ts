/** Tells the operator, once for each kind, what a proxy in front does wrong. */
import type { IncomingMessage } from "node:http";
import type { Reporter } from "../engine/parts.ts";

const MOST_SHOWN = 100;

export class ProxyWarnings {
	readonly #report: Reporter;
	readonly #told = new Set<string>();

	constructor(report: Reporter) {
		this.#report = report;
	}

	/** A request came while no proxy is trusted. */
	untrusted({ headers }: IncomingMessage): void {
		const header = ["x-forwarded-for", "forwarded", "x-real-ip"].find(
			(name) => headers[name] !== undefined,
		);
		if (header)
			this.#warn(
				{ variable: "PLUME_TRUST_PROXY", header },
				"a proxy's word about who calls is ignored: set PLUME_TRUST_PROXY to its address if it is yours",
			);
	}

	/** A page was refused by its origin. */
	foreignOrigin({ headers }: IncomingMessage): void {
		const origin = headers.origin?.slice(0, MOST_SHOWN) ?? "";
		const host = headers.host?.slice(0, MOST_SHOWN) ?? "";
		this.#warn(
			{ variable: "PLUME_ORIGINS", origin, host },
			"a page was refused, for its origin is not the host it asked for. If that origin is yours, let the proxy keep the Host header, or set PLUME_ORIGINS to it",
		);
	}

	/** Someone asked for `/connect` without an upgrade: a person, or a WebSocket whose proxy dropped it. */
	noUpgrade({ headers }: IncomingMessage): void {
		if (headers["sec-websocket-key"] !== undefined)
			this.#warn(
				{ header: "Upgrade" },
				"a WebSocket came without its upgrade, so nobody can connect: the proxy must pass on the headers Upgrade and Connection, by HTTP/1.1",
			);
	}

	#warn(fields: Readonly<Record<string, string>>, words: string): void {
		if (this.#told.has(words)) return;
		this.#told.add(words);
		this.#report.warn(fields, words);
	}
}
