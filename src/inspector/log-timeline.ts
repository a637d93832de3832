/**
 * A log opened in the inspector. First it reads what follows the newest
 * snapshot, so that there is something to see at once; then all of it, from
 * the beginning, verified. It reads a little at a time, so that questions are
 * answered meanwhile, and it never writes.
 *
 * The snapshot is trusted only until the whole log is read. Where the log fails
 * verification the timeline ends, and says why.
 */
import { setImmediate } from "node:timers/promises";
import type { About } from "../../machines/travel.ts";
import { deserialize } from "../engine/saved-state.ts";
import { State } from "../engine/state.ts";
import { type Disk, messageOf } from "../log/disk.ts";
import type { LogPosition } from "../log/log.ts";
import { readBatches, type Source, sourcesAfter } from "../log/reader.ts";
import { newestSnapshot } from "../log/snapshots.ts";
import { Verifier } from "../log/verifier.ts";
import { type Piece, type Read, Timeline } from "./timeline.ts";

/** Events that are folded in one turn of the event loop. */
const EVENTS_PER_TURN = 250;

export interface LogParts {
	readonly disk: Disk;
	readonly sources: readonly Source[];
	/** The data folder. Without one the log is a single segment, and what came before it cannot be verified. */
	readonly folder?: string | undefined;
}

export class LogTimeline {
	readonly #parts: LogParts;
	/** Verifies the whole log, from its first line on. */
	readonly #verifier: Verifier;
	readonly #whole: Timeline;
	/** What follows the newest snapshot, until the whole log is read. */
	#tail: Timeline | undefined;
	#trouble: string | undefined;
	#isWhole = false;
	readonly #stopping = new AbortController();
	readonly #read: Read = (after) => this.#piecesAfter(after);

	constructor(parts: LogParts) {
		this.#parts = parts;
		this.#verifier = new Verifier({ partial: parts.folder === undefined });
		const state = State.initial(this.#verifier);
		this.#whole = new Timeline({ read: this.#read, state });
	}

	/** The timeline that reaches further. */
	get timeline(): Timeline {
		const { last } = this.#whole;
		return this.#tail && last < this.#tail.last ? this.#tail : this.#whole;
	}

	get about(): About {
		const { first, last, index } = this.timeline;
		return {
			...{ first, last },
			from: index.timeOf(first + 1),
			to: index.timeOf(last),
			read: this.#whole.last,
			isWhole: this.#isWhole,
			...(this.#trouble && { trouble: this.#trouble }),
			rooms: index.roomNames,
		};
	}

	/** Reads the whole log. To be called once. */
	async load(): Promise<void> {
		await this.#loadTail();
		try {
			await this.#whole.load(this.#pieces(this.#parts.sources, this.#verifier));
			const { torn } = this.#verifier;
			if (torn) this.#trouble = `A torn tail was left out: ${torn.message}.`;
			this.#isWhole = true;
		} catch (error) {
			this.#trouble = `${messageOf(error)}.`;
		}
		this.#tail = undefined;
	}

	/** Ends all reading. */
	stop(): void {
		this.#stopping.abort();
	}

	/** Reads from the newest snapshot on. If it does not fit the log, only time is lost. */
	async #loadTail(): Promise<void> {
		const { disk, folder } = this.#parts;
		if (folder === undefined) return;
		try {
			const snapshot = await newestSnapshot(disk, folder);
			if (!snapshot) return;
			const { position, time } = snapshot;
			const state = deserialize(snapshot.state, { id: position.log }, time);
			const tail = new Timeline({ read: this.#read, state, end: position });
			await tail.load(this.#read(position));
			this.#tail = tail;
		} catch {
			// If the log itself is damaged, reading the whole of it will say so.
		}
	}

	async *#piecesAfter(after?: LogPosition): AsyncGenerator<Piece> {
		const { sources, folder } = this.#parts;
		const from = after ? { after } : { partial: folder === undefined };
		const rest = after ? await sourcesAfter(sources, after) : sources;
		yield* this.#pieces(rest, new Verifier(from));
	}

	async *#pieces(
		sources: readonly Source[],
		verifier: Verifier,
	): AsyncGenerator<Piece> {
		const { signal } = this.#stopping;
		for await (const entries of readBatches(sources, verifier))
			for (let first = 0; first < entries.length; first += EVENTS_PER_TURN) {
				const { id: log, seq, hash, offset } = verifier;
				const some = entries.slice(first, first + EVENTS_PER_TURN);
				const isEnd = some.at(-1)?.seq === seq;
				const end = isEnd ? { log, seq, hash, offset } : undefined;
				yield { entries: some, end };
				await setImmediate(undefined, { signal });
			}
	}
}
