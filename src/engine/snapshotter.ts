/**
 * Takes snapshots of the committed state. The state is a value, so it can be
 * written while later events make other states.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import { canonicalPieces } from "./canonical.ts";
import type { EngineParts } from "./parts.ts";
import type { State } from "./state.ts";

/** Down to the members of a room, each of which is a piece. */
const DEPTH = 6;

type Parts = Pick<EngineParts, "log" | "states" | "snapshots">;
/** Called with the hash of a state that is some events behind. */
type OnSaved = (checkpoint: Omit<PlumeEvent<"checkpoint">, "time">) => void;

export class Snapshotter {
	readonly #parts: Parts;
	readonly #onSaved: OnSaved;
	#saving: Promise<void> | undefined;

	constructor(parts: Parts, onSaved: OnSaved) {
		this.#parts = parts;
		this.#onSaved = onSaved;
	}

	/** Call once everything up to `seq` is durable and its outputs were released. Begins a snapshot if one is due. */
	onCommitted(seq: number): void {
		const { log, states, snapshots } = this.#parts;
		if (this.#saving || !snapshots?.isDue(seq)) return;
		if (log.position?.seq !== seq) return;
		this.#saving = this.#save(states.committed).then((stateHash) => {
			this.#saving = undefined;
			if (stateHash) this.#onSaved({ type: "checkpoint", of: seq, stateHash });
		});
	}

	/** Waits for the snapshot that is being written. */
	async settle(): Promise<void> {
		await this.#saving;
	}

	/** After close, snapshots the final state if enough events have accumulated: the next start has nothing to read then. */
	async takeLast(): Promise<void> {
		const { log, states, snapshots } = this.#parts;
		// Events that are not durable will not have happened.
		if (log.position?.seq === log.ordered && snapshots?.isWorthIt(log.ordered))
			await this.#save(states.ordered);
	}

	/** Saves the state at the end of the log. */
	async #save(state: State): Promise<string | undefined> {
		const { log, snapshots } = this.#parts;
		const pieces = canonicalPieces(state.serialize(), DEPTH);
		return log.position && snapshots?.save(log.position, pieces, state.time);
	}
}
