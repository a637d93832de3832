/**
 * Compares a log's checkpoints with the states that it folds to. A checkpoint
 * names a state some events before it. To keep ten thousand states would cost
 * more than the fold itself. So one in five hundred is kept, with the events
 * after it, and the state that a checkpoint names is folded once more.
 */
import { evolve } from "../engine/evolve.ts";
import type { Step } from "../engine/fold.ts";
import type { Machines } from "../engine/machines.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";

/** How many events a server may log while it writes a snapshot: as many as lie between two snapshots. */
const MAX_EVENTS = 10_000;
const STRETCH = 500;

/** A checkpoint names another state than the log folds to. */
export class WrongState extends Error {
	override readonly name = "WrongState";
}

interface Stretch {
	readonly before: State;
	readonly events: Stored[];
}

export class Checkpoints {
	readonly #machines: Machines | undefined;
	readonly #stretches: Stretch[] = [];
	/** How many checkpoints were right. */
	verified = 0;

	/** `machines` are those that the log is folded with; by default, this version's. */
	constructor(machines?: Machines) {
		this.#machines = machines;
	}

	/** Call after each event. Returns an error for a wrong checkpoint. */
	check({ stored, before }: Pick<Step, "stored" | "before">) {
		const { seq, event } = stored;
		let stretch = this.#stretches.at(-1);
		if (!stretch || stretch.events.length === STRETCH) {
			stretch = { before, events: [] };
			this.#stretches.push(stretch);
			if (this.#stretches.length * STRETCH > MAX_EVENTS + STRETCH)
				this.#stretches.shift();
		}
		stretch.events.push(stored);
		if (event.type !== "checkpoint" || event.of <= seq - MAX_EVENTS)
			return undefined;
		if (this.#stateAfter(event.of)?.hash() !== event.stateHash)
			return new WrongState(
				`checkpoint ${seq} vouches for another state after event ${event.of} than these machines come to`,
			);
		this.verified++;
		return undefined;
	}

	#stateAfter(seq: number): State | undefined {
		const { before, events = [] } =
			this.#stretches.findLast(
				({ events: [first] }) => first && first.seq <= seq,
			) ?? {};
		return events
			.filter((stored) => stored.seq <= seq)
			.reduce(
				(state, { event }) => state && evolve(state, event, this.#machines),
				before,
			);
	}
}
