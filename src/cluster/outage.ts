/** Whether what people say can be stored at all: if not, they are told when that begins, and when it ends. */
import type { Clock } from "../clock.ts";
import type { Running } from "./edge-link.ts";

/** A batch that waits for a quorum for so long is an outage. */
const STUCK_MS = 2000;

export class Outage {
	readonly #clock: Clock;
	readonly #engine: () => Running["engine"] | undefined;
	#storingSince: number | undefined;
	#isThere = false;

	constructor(clock: Clock, engine: () => Running["engine"] | undefined) {
		this.#clock = clock;
		this.#engine = engine;
	}

	/** Whether this node, which decides, waits too long for a batch to be stored. */
	get isStuck(): boolean {
		const since = this.#storingSince;
		return since !== undefined && this.#clock.now() - since > STUCK_MS;
	}

	get words(): string | undefined {
		return this.#isThere
			? "NATS can't be reached, or has no quorum"
			: undefined;
	}

	async storing<Outcome>(stored: Promise<Outcome>): Promise<Outcome> {
		this.#storingSince = this.#clock.now();
		try {
			return await stored;
		} finally {
			this.#storingSince = undefined;
		}
	}

	/** Call now and then. */
	update(isThere: boolean): void {
		if (isThere && !this.#isThere) this.#engine()?.tellAll();
		if (!isThere && this.#isThere) this.#engine()?.onThawed();
		this.#isThere = isThere;
	}
}
