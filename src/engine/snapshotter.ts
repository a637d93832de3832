/**
 * Takes snapshots of the committed state: it is a value, so it is written
 * beside everything else while later events make other states already.
 */
import type { Checkpoint } from "../../machines/events.ts";
import type { Log } from "../log/log.ts";
import type { Snapshots } from "../log/snapshots.ts";
import { canonicalPieces } from "./canonical.ts";
import type { States } from "./parts.ts";

/** Deep enough that a member of a room is a piece of its own. */
const DEPTH = 6;

export class Snapshotter {
	readonly #log: Log;
	readonly #states: States;
	readonly #snapshots: Snapshots | undefined;
	readonly #onSaved: (checkpoint: Omit<Checkpoint, "time">) => void;
	#saving: Promise<void> | undefined;

	/** `onSaved` hears what a state that is some events behind came to. */
	constructor(
		log: Log,
		states: States,
		snapshots: Snapshots | undefined,
		onSaved: (checkpoint: Omit<Checkpoint, "time">) => void = () => {},
	) {
		this.#log = log;
		this.#states = states;
		this.#snapshots = snapshots;
		this.#onSaved = onSaved;
	}

	/** Everything up to `seq` is durable, and told. */
	onCommitted(seq: number): void {
		if (this.#saving || !this.#snapshots?.isDue(seq)) return;
		const { position } = this.#log;
		if (position?.seq !== seq) return;
		const state = this.#states.committed;
		const pieces = canonicalPieces(state.serialize(), DEPTH);
		const saving = this.#snapshots.save(position, pieces, state.time);
		this.#saving = saving.then((stateHash) => {
			this.#saving = undefined;
			if (stateHash) this.#onSaved({ type: "checkpoint", of: seq, stateHash });
		});
	}

	/** Waits for the one that is being written. */
	async settle(): Promise<void> {
		await this.#saving;
	}

	/** Of a log that is closed, so that the next start has nothing to read, if that is worth it. */
	async takeLast(): Promise<void> {
		const { position, ordered } = this.#log;
		// What is not durable will not have happened.
		if (position?.seq !== ordered || !this.#snapshots?.isWorthIt(ordered))
			return;
		const state = this.#states.ordered;
		const pieces = canonicalPieces(state.serialize(), DEPTH);
		await this.#snapshots.save(position, pieces, state.time);
	}
}
