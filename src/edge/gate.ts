/**
 * Who may connect at all: the right origin, and not too many at once. Guards
 * the upgrade, which express's middleware never sees.
 */
import type { IncomingMessage } from "node:http";
import type { Limits } from "../limits.ts";
import type { DoorRule } from "./turn-away.ts";

export class Gate {
	readonly #limits: Limits;
	readonly #origins: ReadonlySet<string>;
	#all = 0;
	readonly #strangers = new Map<string, number>();

	constructor(limits: Limits, origins: readonly string[]) {
		this.#limits = limits;
		this.#origins = new Set(origins);
	}

	/** Answers by which rule a request to connect is turned away, if it is. */
	check(request: IncomingMessage, network: string): DoorRule | undefined {
		const { connections, connectionsPerNetwork } = this.#limits;
		if (request.url?.split("?")[0] !== "/connect") return "pathIsKnown";
		if (!this.#mayCome(request.headers.origin, request.headers.host))
			return "originIsOurs";
		if (
			this.#all >= connections ||
			(this.#strangers.get(network) ?? 0) >= connectionsPerNetwork
		)
			return "connectionsAreLeft";
		return undefined;
	}

	/** Counts a connection in. The answers count it as logged in, and out; each works once. */
	enter(network: string): { loggedIn: () => void; left: () => void } {
		this.#all++;
		this.#count(network, 1);
		let isStranger = true;
		let isHere = true;
		const loggedIn = () => {
			if (isStranger) this.#count(network, -1);
			isStranger = false;
		};
		const left = () => {
			loggedIn();
			if (isHere) this.#all--;
			isHere = false;
		};
		return { loggedIn, left };
	}

	/** No Origin: not a browser, and so not another site's page in someone's browser. */
	#mayCome(origin: string | undefined, host: string | undefined): boolean {
		if (origin === undefined || this.#origins.has(origin)) return true;
		if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
		return new URL(origin).host === host?.toLowerCase();
	}

	#count(network: string, by: 1 | -1): void {
		const count = (this.#strangers.get(network) ?? 0) + by;
		if (count > 0) this.#strangers.set(network, count);
		else this.#strangers.delete(network);
	}
}
