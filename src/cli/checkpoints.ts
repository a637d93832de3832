/**
 * Holds a log's checkpoints against the states that it folds to. Each names a
 * state some events before it, so the log is searched for them first, and
 * the states they name are hashed on the way through it.
 */
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import type { Source } from "../log/reader.ts";

/** As a line has it; inside a text its quotes would be escaped. */
const CHECKPOINT = '"type":"checkpoint","of":';
/** With its number, at most. */
const LONGEST = 64;

/** A checkpoint vouches for another state than the log folds to. */
export class WrongState extends Error {
	override readonly name = "WrongState";
	constructor(seq: number, of: number) {
		super(
			`checkpoint ${seq} vouches for another state after event ${of} than these machines come to`,
		);
	}
}

/** A search of bytes is ten times as quick as one of text. */
function* checkpointsIn(bytes: Buffer): Generator<number> {
	let at = bytes.indexOf(CHECKPOINT);
	while (at >= 0) {
		const from = at + CHECKPOINT.length;
		const end = bytes.indexOf(",", from);
		if (end >= 0) yield Number(bytes.toString("latin1", from, end));
		at = bytes.indexOf(CHECKPOINT, from);
	}
}

export class Checkpoints {
	readonly #wanted: ReadonlySet<number>;
	readonly #hashes = new Map<number, string>();
	/** How many were right. */
	held = 0;

	static async in(sources: readonly Source[]): Promise<Checkpoints> {
		const wanted = new Set<number>();
		for (const source of sources) {
			let rest = Buffer.alloc(0);
			for await (const chunk of source.bytes()) {
				const bytes = Buffer.concat([rest, chunk]);
				for (const of of checkpointsIn(bytes)) wanted.add(of);
				rest = bytes.subarray(-LONGEST);
			}
		}
		return new Checkpoints(wanted);
	}

	private constructor(wanted: ReadonlySet<number>) {
		this.#wanted = wanted;
	}

	/** To be told of each event once it has moved the state; answers what is wrong with a checkpoint. */
	check(state: State, { seq, event }: Stored): WrongState | undefined {
		if (event.type === "checkpoint" && this.#isWrong(event, seq))
			return new WrongState(seq, event.of);
		if (this.#wanted.has(seq)) this.#hashes.set(seq, state.hash());
		return undefined;
	}

	#isWrong(
		{ of, stateHash }: { readonly of: number; readonly stateHash: string },
		seq: number,
	): boolean {
		// A server may have logged it after the log was searched.
		if (of < seq && !this.#wanted.has(of)) return false;
		if (this.#hashes.get(of) !== stateHash) return true;
		this.#hashes.delete(of);
		this.held++;
		return false;
	}
}
