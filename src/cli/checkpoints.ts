/**
 * Compares a log's checkpoints with the states that it folds to. A checkpoint
 * names a state some events before it, so the latest states are remembered,
 * and only those that a checkpoint names are hashed.
 */
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";

/** How many events a server may log while it writes a snapshot: as many as lie between two snapshots. */
const MAX_STATES = 10_000;

/** A checkpoint names another state than the log folds to. */
export class WrongState extends Error {
	override readonly name = "WrongState";
}

export class Checkpoints {
	/** The latest states, by the seq of the event that led to each. */
	readonly #states = new Map<number, State>();
	/** How many checkpoints were right. */
	verified = 0;

	/** Call after each event, with the state after it. Returns an error for a wrong checkpoint. */
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
