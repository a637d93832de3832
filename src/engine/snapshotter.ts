/**
 * Takes snapshots of the committed state. The state is a value, so it can be
 * written while later events make other states.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Log } from "../log/log.ts";
import type { Snapshots } from "../log/snapshots.ts";
import { canonicalPieces } from "./canonical.ts";
import type { States } from "./parts.ts";

/** Down to the members of a room, each of which is a piece. */
const DEPTH = 6;

/** Called with the hash of a state that is some events behind. */
type OnSaved = (checkpoint: Omit<PlumeEvent<"checkpoint">, "time">) => void;

export class Snapshotter {
	readonly #log: Log;
	readonly #states: States;
	readonly #snapshots: Snapshots | undefined;
	readonly #onSaved: OnSaved;
	#saving: Promise<void> | undefined;

	constructor(
		log: Log,
		states: States,
		snapshots: Snapshots | undefined,
		onSaved: OnSaved,
	) {
		this.#log = log;
		this.#states = states;
		this.#snapshots = snapshots;
		this.#onSaved = onSaved;
	}

	/** Call once everything up to `seq` is durable and its outputs were released. Begins a snapshot if one is due. */
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

	/** Waits for the snapshot that is being written. */
	async settle(): Promise<void> {
		await this.#saving;
	}

	/** After close, snapshots the final state if enough events have accumulated: the next start has nothing to read then. */
	async takeLast(): Promise<void> {
		const { position, ordered } = this.#log;
		// Events that are not durable will not have happened.
		if (position?.seq !== ordered || !this.#snapshots?.isWorthIt(ordered))
			return;
		const state = this.#states.ordered;
		const pieces = canonicalPieces(state.serialize(), DEPTH);
		await this.#snapshots.save(position, pieces, state.time);
	}
}
