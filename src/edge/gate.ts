/**
 * Who may connect at all: the right origin, and not too many at once. Guards
 * the upgrade, which express's middleware never sees.
 */
import type { IncomingMessage } from "node:http";
import type { Limits } from "../limits.ts";
import { Crowding } from "./crowding.ts";
import { isOfHost } from "./hosts.ts";
import type { DoorRule } from "./turn-away.ts";

/** Wherever they come from. */
const EVERYONE = ["everywhere"];

export interface GateParts {
	readonly limits: Pick<Limits, "connections" | "connectionsPerNetwork">;
	/** Further origins that may connect. */
	readonly origins: readonly string[];
	readonly isOwnHost: (host: string | undefined) => boolean;
}

export class Gate {
	readonly #parts: GateParts;
	readonly #all: Crowding;
	readonly #strangers: Crowding;

	constructor(parts: GateParts) {
		this.#parts = parts;
		this.#all = new Crowding(parts.limits.connections);
		this.#strangers = new Crowding(parts.limits.connectionsPerNetwork);
	}

	/** Answers by which rule a request to connect is turned away, if it is. */
	check(
		request: IncomingMessage,
		networks: readonly string[],
	): DoorRule | undefined {
		if (request.url?.split("?")[0] !== "/connect") return "pathIsKnown";
		const { origin } = request.headers;
		// No Origin: not a browser, and so not another site's page in someone's browser.
		if (origin !== undefined && !this.#isOurs(request, origin))
			return "originIsOurs";
		const isFull = this.#all.isFull(EVERYONE);
		return isFull || this.#strangers.isFull(networks)
			? "connectionsAreLeft"
			: undefined;
	}

	/** Counts a connection in. The answers count it as logged in, and out; each works once. */
	enter(networks: readonly string[]) {
		const loggedIn = this.#strangers.enter(networks);
		const gone = this.#all.enter(EVERYONE);
		const left = () => {
			loggedIn();
			gone();
		};
		return { loggedIn, left };
	}

	/** What a proxy adds, no page can add to a WebSocket. */
	#isOurs({ headers }: IncomingMessage, origin: string): boolean {
		const { origins, isOwnHost } = this.#parts;
		if (origins.includes(origin)) return true;
		const isProxied = headers["x-forwarded-for"] !== undefined;
		return (
			isOfHost(origin, headers.host) && (isProxied || isOwnHost(headers.host))
		);
	}
}
