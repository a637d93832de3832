/**
 * Takes snapshots of the live state. The machines are ahead of the disk, so a
 * snapshot begins as a frozen state when all that made it goes to the disk,
 * and is written, beside everything else, only once that is committed. Its
 * hash is known, and told, while later events move the machines on already.
 */
import type { Checkpoint } from "../../machines/events.ts";
import type { Log } from "../log/log.ts";
import type { Snapshots } from "../log/snapshots.ts";
import { canonicalPieces } from "./canonical.ts";
import type { Frozen } from "./frozen.ts";
import type { State } from "./state.ts";

/** Deep enough that a member of a room is a piece of its own. */
const DEPTH = 6;

export class Snapshotter {
	readonly #log: Log;
	readonly #state: State;
	readonly #snapshots: Snapshots | undefined;
	readonly #onSaved: (checkpoint: Omit<Checkpoint, "time">) => void;
	#frozen:
		| { readonly seq: number; readonly state: Frozen; readonly time: number }
		| undefined;
	#saving: Promise<void> | undefined;

	/** `onSaved` hears what a state that is some events behind came to. */
	constructor(
		log: Log,
		state: State,
		snapshots: Snapshots | undefined,
		onSaved: (checkpoint: Omit<Checkpoint, "time">) => void = () => {},
	) {
		this.#log = log;
		this.#state = state;
		this.#snapshots = snapshots;
		this.#onSaved = onSaved;
	}

	onGathered(seq: number): void {
		if (this.#saving || !this.#snapshots?.isDue(seq)) return;
		const { time } = this.#state;
		this.#frozen = { seq, state: this.#state.freeze(), time };
	}

	onCommitted(seq: number): void {
		const { mark } = this.#log;
		if (this.#frozen?.seq !== seq || mark?.seq !== seq) return;
		const { state, time } = this.#frozen;
		const pieces = canonicalPieces(state, DEPTH);
		this.#frozen = undefined;
		const saving = this.#snapshots?.save(mark, pieces, time);
		this.#saving = saving?.then((stateHash) => {
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
		const { mark, ordered } = this.#log;
		// What is not durable will not have happened.
		if (mark?.seq !== ordered || !this.#snapshots?.isWorthIt(ordered)) return;
		const pieces = canonicalPieces(this.#state.freeze(), DEPTH);
		await this.#snapshots.save(mark, pieces, this.#state.time);
	}
}
