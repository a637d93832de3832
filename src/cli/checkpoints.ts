/**
 * Holds a log's checkpoints against the states that it folds to. Each names a
 * state some events before it. A state is a value, so the latest are kept,
 * and only the one that a checkpoint names is hashed.
 */
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";

/** Events that a server may log while it writes one snapshot: as many as from one to the next. */
const MAX_STATES = 10_000;

/** A checkpoint vouches for another state than the log folds to. */
export class WrongState extends Error {
	override readonly name = "WrongState";
}

export class Checkpoints {
	/** The latest, by the event that made each. */
	readonly #states = new Map<number, State>();
	/** How many were right. */
	verified = 0;

	/** To be told of each event once it has moved the state; answers what is wrong with a checkpoint. */
	check(state: State, { seq, event }: Stored): WrongState | undefined {
		this.#states.set(seq, state).delete(seq - MAX_STATES);
		if (event.type !== "checkpoint" || event.of <= seq - MAX_STATES)
			return undefined;
		if (this.#states.get(event.of)?.hash() !== event.stateHash)
			return new WrongState(
				`checkpoint ${seq} vouches for another state after event ${event.of} than these machines come to`,
			);
		this.verified++;
		return undefined;
	}
}
