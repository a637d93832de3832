/**
 * A log's segments while it is being written: reads them, and erases text in
 * them in place. It reads only what is committed,
 * a little at a time, and nothing that is not as it was written. Where it
 * reads on from a known hash it verifies the chain; a line read by its place
 * alone must be whole, and its text must be what its digest names.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { asDiskFull, withFile, writeAll } from "./disk.ts";
import { erasedTail } from "./line.ts";
import type {
	Cursor,
	EventSpan,
	Places,
	Segments,
	Span,
	Stored,
	Stretch,
} from "./log.ts";
import { openLine } from "./open-line.ts";
import {
	inSlices,
	Lines,
	logFolder,
	segmentName,
	segmentsOf,
} from "./reader.ts";
import type { Place } from "./recover.ts";

const SEQ = /^\{"level":30,"time":\d+,"seq":(\d+),/;
const NEWLINE = 10;
/** Rather read past so much than read twice. */
const GAP_BYTES = 16 * 1024;

/** The segment that is being written, sound up to `size` bytes. */
interface Growing {
	readonly first: number;
	readonly size: number;
}

export class SegmentFiles implements Segments {
	readonly #place: Pick<Place, "disk" | "folder">;
	readonly #growing: () => Growing | undefined;

	constructor(
		place: Pick<Place, "disk" | "folder">,
		growing: () => Growing | undefined,
	) {
		this.#place = place;
		this.#growing = growing;
	}

	async list(): Promise<readonly number[]> {
		const { disk, folder } = this.#place;
		const newest = this.#growing()?.first ?? 0;
		const sources = await segmentsOf(disk, folder);
		return sources.flatMap(({ first = 0 }) => (first <= newest ? first : []));
	}

	async *scan(segment: number, after: Cursor): AsyncGenerator<Stretch, void> {
		const to = this.#end(segment);
		let { at, seq, hash } = after;
		if (to !== undefined && at >= to) return;
		const lines = new Lines();
		for await (const slice of this.#slices(segment, at, to)) {
			const placed: { stored: Stored; span: Span }[] = [];
			for (const bytes of lines.cut(slice)) {
				const span = { at, bytes: bytes.length + 1 };
				const line = this.#open(segment, bytes, span, hash);
				if (line.kind === "entry") {
					if (line.stored.seq !== ++seq)
						throw this.#rotten(segment, at, `event ${seq} is not there`);
					placed.push({ stored: line.stored, span });
				}
				hash = line.hash;
				at += span.bytes;
			}
			yield { placed, end: { at, seq, hash } };
		}
		if (lines.rest().length > 0)
			throw this.#rotten(segment, at, "its end is missing");
	}

	async fetch(segment: number, spans: readonly Span[]): Promise<Stored[]> {
		const found: Stored[] = [];
		for await (const { span, bytes } of this.#read(segment, spans)) {
			const line = this.#open(segment, bytes.subarray(0, -1), span);
			if (line.kind !== "entry" || line.tail === "broken")
				throw this.#rotten(segment, span.at, "it is no whole event");
			found.push(line.stored);
		}
		return found;
	}

	async find(seqs: readonly number[]): Promise<Places> {
		const list = await this.list();
		const wanted = new Set(seqs);
		const places = new Map<number, EventSpan[]>();
		for (const seq of seqs) {
			const segment = list.findLast((first) => first <= seq);
			if (segment !== undefined) places.set(segment, []);
		}
		for (const [segment, spans] of places) {
			const lines = new Lines();
			let at = 0;
			for await (const slice of this.#slices(segment, 0, this.#end(segment)))
				for (const line of lines.cut(slice)) {
					const bytes = line.length + 1;
					const seq = seqOf(line);
					if (wanted.has(seq)) spans.push({ at, bytes, seq });
					at += bytes;
				}
		}
		return places;
	}

	async erase(places: Places): Promise<void> {
		try {
			for (const [segment, spans] of places) await this.#erase(segment, spans);
			await this.#forgetTorn();
		} catch (error) {
			throw asDiskFull(error) ?? error;
		}
	}

	/** Nothing is overwritten before all of it was found to be what it should be. */
	async #erase(segment: number, spans: readonly EventSpan[]): Promise<void> {
		await withFile(this.#place.disk, this.#path(segment), async (file) => {
			const tails = [];
			for await (const { span, bytes } of this.#read(segment, spans))
				tails.push(erasedTail(this.#line(segment, span, bytes), span.at));
			for (const { tail, at } of tails) await writeAll(file, tail, at);
			await file.sync();
		});
	}

	/** What stands there, in this order: one read for what lies close together. */
	async *#read<Where extends Span>(segment: number, spans: readonly Where[]) {
		for (const run of runsOf(spans)) {
			const from = run[0]?.at ?? 0;
			const to = endOf(run);
			const all = await this.#bytes(segment, from, to);
			if (all.length !== to - from)
				throw this.#rotten(segment, from, "what was written is not there");
			for (const span of run) {
				const start = span.at - from;
				yield { span, bytes: all.subarray(start, start + span.bytes) };
			}
		}
	}

	/** Exactly the line of one event, without its newline. */
	#line(segment: number, { at, bytes, seq }: EventSpan, all: Buffer): Buffer {
		const line = all.subarray(0, -1);
		if (all.indexOf(NEWLINE) !== bytes - 1 || seqOf(line) !== seq)
			throw this.#rotten(segment, at, `event ${seq} is not there`);
		return line;
	}

	/** What a crash cut off was never said, but the words may be the same. */
	async #forgetTorn(): Promise<void> {
		const { disk, folder } = this.#place;
		const torn = join(folder, "torn");
		await disk.makeFolder(torn);
		const names = await disk.list(torn);
		for (const name of names) await disk.remove(join(torn, name));
		if (names.length > 0) await disk.syncFolder(torn);
	}

	/** How far a segment is sound; undefined is all of it. */
	#end(segment: number): number | undefined {
		const growing = this.#growing();
		return growing?.first === segment ? growing.size : undefined;
	}

	async #bytes(segment: number, from: number, to: number): Promise<Buffer> {
		const chunks: Buffer[] = [];
		for await (const slice of this.#slices(segment, from, to))
			chunks.push(slice);
		return Buffer.concat(chunks);
	}

	#open(segment: number, bytes: Buffer, { at }: Span, previous?: string) {
		try {
			return openLine(bytes.toString(), previous);
		} catch (error) {
			throw this.#rotten(segment, at, `${error}`);
		}
	}

	#slices(segment: number, from: number, to?: number) {
		const { disk } = this.#place;
		const chunks = disk.read(this.#path(segment), from, to);
		return inSlices(chunks, () => setImmediate());
	}

	#path(segment: number): string {
		return join(logFolder(this.#place.folder), segmentName(segment));
	}

	#rotten(segment: number, at: number, why: string): Error {
		return new Error(`${this.#path(segment)} has rotted at byte ${at}: ${why}`);
	}
}

const seqOf = (line: Buffer) =>
	Number(SEQ.exec(line.toString("latin1", 0, 100))?.[1]);

const endOf = (run: readonly Span[]) => {
	const { at = 0, bytes = 0 } = run.at(-1) ?? {};
	return at + bytes;
};

/** Spans that lie close together, in one run each. */
function runsOf<Where extends Span>(spans: readonly Where[]) {
	const runs: Where[][] = [];
	for (const span of spans) {
		const run = runs.at(-1);
		if (run && span.at - endOf(run) <= GAP_BYTES) run.push(span);
		else runs.push([span]);
	}
	return runs;
}
