/**
 * Who may look in: whoever knows the token, and asks us by a name of ours, so
 * that no page of another site can even try, by whatever name it reaches us.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isOfHost } from "../edge/hosts.ts";

export interface KeeperParts {
	readonly token: string;
	/** Whether a Host header is one of ours. */
	readonly isOwnHost: (host: string | undefined) => boolean;
}

export class Keeper {
	readonly #parts: KeeperParts;

	constructor(parts: KeeperParts) {
		this.#parts = parts;
	}

	/** Whether a request was meant for us, and not for a name that another site has made to mean us. */
	isOurs({ headers }: IncomingMessage): boolean {
		return this.#parts.isOwnHost(headers.host);
	}

	/** Whether, besides, a page of our own asks. */
	isOwnPages(request: IncomingMessage): boolean {
		const { origin = "", host } = request.headers;
		return isOfHost(origin, host) && this.isOurs(request);
	}

	isToken(offered: string): boolean {
		const digest = (text: string) => createHash("sha256").update(text).digest();
		return timingSafeEqual(digest(offered), digest(this.#parts.token));
	}
}
