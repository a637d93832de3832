/**
 * The indexes of a log's segments. Each is loaded from its file, or built from
 * the index before it and the log. They catch up with the log only when they
 * are used, so neither a start nor a message waits for them.
 */
import type { Log } from "../log/log.ts";
import type { IndexFiles } from "./index-files.ts";
import { SegmentIndex } from "./segment-index.ts";

/** Indexes in memory. The index of 64 MiB of short lines takes about 4 MiB. */
const MAX_CACHED = 4;

export class Indexes {
	readonly #log: Log;
	readonly #files: IndexFiles | undefined;
	/** The most recently used last. */
	readonly #cached = new Map<number, SegmentIndex>();
	/** The segments that any `newest` has found. */
	segments: readonly number[] = [];

	constructor(log: Log, files?: IndexFiles) {
		this.#log = log;
		this.#files = files;
	}

	/** The index of the growing segment, up to the last committed event. */
	async newest(): Promise<SegmentIndex | undefined> {
		const there = await this.#log.segments.list();
		// The index of one whose file is gone leads on to the next.
		const all = new Set([...this.segments, ...there]);
		this.segments = [...all].sort((one, other) => one - other);
		try {
			return await this.of(this.segments.at(-1) ?? 0);
		} catch (error) {
			this.#cached.clear();
			if (!(error instanceof Misfit)) throw error;
			await this.#files?.discard(error.cause);
			return this.of(this.segments.at(-1) ?? 0);
		}
	}

	/** The index of one of these segments. */
	async of(segment: number): Promise<SegmentIndex | undefined> {
		const nth = this.segments.indexOf(segment);
		if (nth < 0) return undefined;
		const isFull = nth < this.segments.length - 1;
		let index = this.#cached.get(segment);
		if (!index && isFull)
			index = await this.#files?.load(this.#log.id, segment);
		index ??= SegmentIndex.after(
			await this.of(this.segments[nth - 1] ?? 0),
			segment,
		);
		if (!index.isFull) await this.#catchUp(index, isFull);
		this.#cache(index);
		return index;
	}

	async #catchUp(index: SegmentIndex, isFull: boolean): Promise<void> {
		const { segments, id } = this.#log;
		try {
			for await (const chunk of segments.scan(index.segment, index.end))
				index.add(chunk);
		} catch (cause) {
			// Not even the header fits: the index of the segment before may be wrong.
			const { at, seq } = index.end;
			if (at === 0 && seq > 0) throw new Misfit("misfit", { cause });
			throw cause;
		}
		index.isFull = isFull;
		if (isFull) await this.#files?.save(id, index);
	}

	#cache(index: SegmentIndex): void {
		this.#cached.delete(index.segment);
		this.#cached.set(index.segment, index);
		// The index of the growing segment has no file, so it stays.
		const growing = this.segments.at(-1);
		const oldest = [...this.#cached.keys()].find((one) => one !== growing);
		if (this.#cached.size > MAX_CACHED) this.#cached.delete(oldest ?? 0);
	}
}

/** An index does not fit the log. */
class Misfit extends Error {}
