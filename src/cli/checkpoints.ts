/**
 * Holds a log's checkpoints against the states that it folds to. Each names a
 * state some events before it, so the log is searched for them first, and
 * the states they name are hashed on the way through it.
 */
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import { Lines, type Source } from "../log/reader.ts";

/** As a line has it; inside a text its quotes would be escaped. */
const CHECKPOINT = '"type":"checkpoint","of":';

/** A checkpoint vouches for another state than the log folds to. */
export class WrongState extends Error {
	override readonly name = "WrongState";
}

export class Checkpoints {
	readonly #wanted: ReadonlySet<number>;
	readonly #hashes = new Map<number, string>();
	/** How many were right. */
	held = 0;

	static async in(sources: readonly Source[]): Promise<Checkpoints> {
		const wanted = new Set<number>();
		for (const source of sources) {
			const lines = new Lines();
			for await (const chunk of source.bytes())
				for (const line of lines.cut(chunk)) {
					// A search of bytes is ten times as quick as one of text.
					const at = line.indexOf(CHECKPOINT);
					if (at < 0) continue;
					const number = line.toString("latin1", at + CHECKPOINT.length);
					wanted.add(Number.parseInt(number, 10));
				}
		}
		return new Checkpoints(wanted);
	}

	private constructor(wanted: ReadonlySet<number>) {
		this.#wanted = wanted;
	}

	/** To be told of each event once it has moved the state; answers what is wrong with a checkpoint. */
	check(state: State, { seq, event }: Stored): WrongState | undefined {
		// A server may have logged one after the log was searched.
		if (event.type === "checkpoint" && this.#wanted.has(event.of)) {
			if (this.#hashes.get(event.of) !== event.stateHash)
				return new WrongState(
					`checkpoint ${seq} vouches for another state after event ${event.of} than these machines come to`,
				);
			this.#hashes.delete(event.of);
			this.held++;
		}
		if (this.#wanted.has(seq)) this.#hashes.set(seq, state.hash());
		return undefined;
	}
}
