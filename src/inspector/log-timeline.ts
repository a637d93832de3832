/**
 * A log that is opened for looking at: first what lies behind the newest
 * snapshot, so that there is something to see at once, then, read from the
 * beginning and verified, all of it. It reads a little at a time, so that
 * questions are answered meanwhile, and it never writes.
 *
 * A snapshot is believed only until the whole log is read. Where that fails
 * verification the timeline ends, and says why.
 */
import { setImmediate } from "node:timers/promises";
import type { About } from "../../machines/travel.ts";
import { deserialize } from "../engine/saved-state.ts";
import { State } from "../engine/state.ts";
import type { Disk } from "../log/disk.ts";
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
	/** The data folder, if it is one; else it is one segment, at its own word. */
	readonly folder?: string | undefined;
}

export class LogTimeline {
	readonly #parts: LogParts;
	/** Verifies the log from its first line on. */
	readonly #verifier: Verifier;
	readonly #whole: Timeline<LogPosition>;
	/** What is behind the newest snapshot, until the whole is read. */
	#tail: Timeline<LogPosition> | undefined;
	#trouble: string | undefined;
	#isWhole = false;
	readonly #stopping = new AbortController();

	constructor(parts: LogParts) {
		this.#parts = parts;
		const partial = parts.folder === undefined;
		this.#verifier = new Verifier({ partial });
		const read: Read<LogPosition> = (after) =>
			after
				? this.#behind(after)
				: this.#pieces(parts.sources, new Verifier({ partial }));
		const state = State.initial(this.#verifier);
		this.#whole = new Timeline({ read, state });
	}

	/** What can be looked at. */
	get timeline(): Timeline<LogPosition> {
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

	/** Reads all that there is, once. */
	async load(): Promise<void> {
		await this.#loadTail();
		try {
			await this.#whole.load(this.#pieces(this.#parts.sources, this.#verifier));
			const { torn } = this.#verifier;
			if (torn) this.#trouble = `A torn tail was left out: ${torn.message}.`;
			this.#isWhole = true;
		} catch (error) {
			this.#trouble = `${error instanceof Error ? error.message : error}.`;
		}
		this.#tail = undefined;
	}

	/** Reads no more. */
	stop(): void {
		this.#stopping.abort();
	}

	/** From the newest snapshot on, if that fits; if not, nothing is lost but time. */
	async #loadTail(): Promise<void> {
		const { disk, folder } = this.#parts;
		if (folder === undefined) return;
		try {
			const snapshot = await newestSnapshot(disk, folder);
			if (!snapshot) return;
			const { position, time } = snapshot;
			const state = deserialize(snapshot.state, { id: position.log }, time);
			const read: Read<LogPosition> = (after = position) => this.#behind(after);
			const tail = new Timeline({
				read,
				state,
				seq: position.seq,
				end: position,
			});
			await tail.load(read(position));
			this.#tail = tail;
		} catch {
			// What is wrong with the log itself shows when all of it is read.
		}
	}

	async *#behind(after: LogPosition): AsyncGenerator<Piece<LogPosition>> {
		const sources = await sourcesAfter(this.#parts.sources, after);
		yield* this.#pieces(sources, new Verifier({ after }));
	}

	async *#pieces(
		sources: readonly Source[],
		verifier: Verifier,
	): AsyncGenerator<Piece<LogPosition>> {
		const { signal } = this.#stopping;
		for await (const entries of readBatches(sources, verifier))
			for (let at = 0; at < entries.length; at += EVENTS_PER_TURN) {
				const { id: log, seq, hash, offset } = verifier;
				const some = entries.slice(at, at + EVENTS_PER_TURN);
				const isEnd = some.at(-1)?.seq === seq;
				yield {
					entries: some,
					end: isEnd ? { log, seq, hash, offset } : undefined,
				};
				await setImmediate(undefined, { signal });
			}
	}
}
