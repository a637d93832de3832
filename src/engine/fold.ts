/**
 * Folds a log: each stored event makes the next state, in order. The server
 * does this at start, and `plume replay` at any time.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Stored } from "../log/log.ts";
import { isNewer } from "../version.ts";
import { evolve, UnknownEvent } from "./evolve.ts";
import { IllegalEvent, machinesAtHand } from "./machines.ts";
import type { State } from "./state.ts";

/** An event that no machine should have let into the log. */
export class DeterminismError extends Error {
	override readonly name = "DeterminismError";
	readonly seq: number;
	constructor(seq: number, { type }: PlumeEvent, why: IllegalEvent) {
		super(
			why instanceof UnknownEvent
				? `event ${seq} (${type}) ${isNewer}`
				: `event ${seq} is illegal at its place: ${why.message}`,
		);
		this.seq = seq;
	}
}

/** One event of a log, and the states before and after it. */
export interface Step {
	readonly stored: Stored;
	readonly before: State;
	readonly after: State;
}

export interface Folded {
	readonly state: State;
	/** The seq of the last event; 0 for an empty log. */
	readonly seq: number;
}

/** The state after a stored event. Throws `DeterminismError`. */
export function evolveStored(
	state: State,
	{ seq, event }: Stored,
	machines = machinesAtHand,
): State {
	try {
		return evolve(state, event, machines);
	} catch (error) {
		if (!(error instanceof IllegalEvent)) throw error;
		throw new DeterminismError(seq, event, error);
	}
}

/**
 * Folds the events from `state` on, up to the first for which `until` is true,
 * and calls `onStep` for each. Throws `DeterminismError`.
 */
export async function fold(
	state: State,
	batches: AsyncIterable<readonly Stored[]>,
	onStep: (step: Step) => void = () => {},
	until: (stored: Stored, state: State) => boolean = () => false,
): Promise<Folded> {
	let [seq, before] = [0, state];
	for await (const batch of batches)
		for (const stored of batch) {
			if (until(stored, before)) return { state: before, seq };
			const after = evolveStored(before, stored);
			onStep({ stored, before, after });
			before = after;
			seq = stored.seq;
		}
	return { state: before, seq };
}
