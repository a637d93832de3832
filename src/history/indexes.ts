/**
 * The indexes of a log's segments: each is read from its file, or made of the
 * index before and the log. They follow the log only when somebody asks, so
 * that neither a start nor a message ever waits for them.
 */
import type { Log } from "../log/log.ts";
import type { IndexFiles } from "./index-files.ts";
import { SegmentIndex } from "./segment-index.ts";

/** In memory at once: of 64 MiB of short lines, one takes about 4 MiB. */
const MAX_CACHED = 4;

export class Indexes {
	readonly #log: Log;
	readonly #files: IndexFiles | undefined;
	/** The latest used last. */
	readonly #cached = new Map<number, SegmentIndex>();
	#segments: readonly number[] = [];

	/** A log without files has them in memory only. */
	constructor(log: Log, files?: IndexFiles) {
		this.#log = log;
		this.#files = files;
	}

	/** That of the segment which still grows, up to what is committed. */
	async newest(): Promise<SegmentIndex | undefined> {
		this.#segments = await this.#log.segments.list();
		try {
			return await this.of(this.#segments.at(-1) ?? 0);
		} catch (error) {
			this.#cached.clear();
			if (!(error instanceof Misfit)) throw error;
			await this.#files?.discard(error.cause);
			return this.of(this.#segments.at(-1) ?? 0);
		}
	}

	/** The segments that `newest` has found. */
	get segments(): readonly number[] {
		return this.#segments;
	}

	/** That of a segment which `newest` has found. */
	async of(segment: number): Promise<SegmentIndex | undefined> {
		const nth = this.#segments.indexOf(segment);
		if (nth < 0) return undefined;
		const isFull = nth < this.#segments.length - 1;
		let index = this.#cached.get(segment);
		if (!index && isFull)
			index = await this.#files?.load(this.#log.id, segment);
		index ??= SegmentIndex.after(
			await this.of(this.#segments[nth - 1] ?? 0),
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
			// Not even its header follows: what is wrong may be the index before.
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
		const [oldest = 0] = this.#cached.keys();
		if (this.#cached.size > MAX_CACHED) this.#cached.delete(oldest);
	}
}

/** An index and the log do not go together. */
class Misfit extends Error {}
