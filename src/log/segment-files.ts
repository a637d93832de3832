/**
 * Random access to a log while it is being written, which also erases text in
 * place. It reads committed lines only, in small slices, and throws where a
 * line has changed since it was written. `scan` continues from a known hash,
 * so it verifies the chain; `fetch` reads single lines, so it checks that each
 * is whole and that its text matches its digest.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Cache } from "./cache.ts";
import { asDiskFull, type Disk, gathered, withFile, writeAll } from "./disk.ts";
import { erasedTail, seqOf, takeApart } from "./line.ts";
import type { Cursor, EventSpan, ScanChunk, Span, Stored } from "./log.ts";
import { type Header, type Line, openLine } from "./open-line.ts";
import {
	inSlices,
	Lines,
	logFolder,
	segmentName,
	segmentsOf,
} from "./reader.ts";
import type { Segment } from "./segment.ts";
import { bySegment, endOf, runsOf } from "./spans.ts";

const NEWLINE = 10;
/** What is read to find out where in a segment an event is. */
const PROBE_BYTES = 64 * 1024;
/** Where an event in a full segment is looked for: they are hardly ever larger. */
const MOST_SEGMENT_BYTES = 1024 * 1024 * 1024;
/** An event that erases very much has the longest. */
const LONGEST_LINE = 1024 * 1024;

const isBroken = (line: Header | Line) =>
	line.kind === "entry" && line.tail === "broken";

export class SegmentFiles {
	readonly #disk: Disk;
	/** The data folder. */
	readonly #folder: string;
	/** The segment that is being written. All bytes up to its size are committed. */
	growing: Segment | undefined;

	constructor({ disk, folder }: Pick<Cache, "disk" | "folder">) {
		this.#disk = disk;
		this.#folder = folder;
	}

	/** The first seq of each segment, which names it, oldest first. Only the last segment still grows. */
	async list(): Promise<readonly number[]> {
		const newest = this.growing?.first ?? 0;
		const sources = await segmentsOf(this.#disk, this.#folder);
		return sources.flatMap(({ first = 0 }) => (first <= newest ? first : []));
	}

	/** The entries of a segment after a cursor, with the chain verified, in chunks of about a millisecond's work. */
	async *scan(segment: number, after: Cursor): AsyncGenerator<ScanChunk, void> {
		const to = this.#end(segment);
		let { at, seq, hash } = after;
		if (to !== undefined && at >= to) return;
		const lines = new Lines();
		for await (const slice of this.#slices(segment, at, to)) {
			const entries: ScanChunk["entries"][number][] = [];
			for (const bytes of lines.cut(slice)) {
				const span = { at, bytes: bytes.length + 1 };
				const read = this.#open(segment, bytes, span, hash);
				const line = isBroken(read) ? await this.#again(segment, span) : read;
				if (line.kind === "entry") {
					if (line.stored.seq !== ++seq)
						throw this.#rotten(segment, at, `event ${seq} is not there`);
					const { stored } = line;
					entries.push({ stored, span, isBroken: isBroken(line) });
				}
				hash = line.hash;
				at += span.bytes;
			}
			yield { entries, end: { at, seq, hash } };
		}
		if (lines.rest().length > 0)
			throw this.#rotten(segment, at, "its end is missing");
	}

	/** The committed bytes of a segment from some byte on, in chunks of whole lines. */
	async *bytes(segment: number, from: number): AsyncGenerator<Buffer, void> {
		const to = this.#end(segment);
		let rest = Buffer.alloc(0);
		for await (const slice of this.#slices(segment, from, to)) {
			const all = Buffer.concat([rest, slice]);
			const end = all.lastIndexOf(NEWLINE) + 1;
			if (end > 0) yield all.subarray(0, end);
			rest = all.subarray(end);
		}
	}

	/** The hash of the line that ends before this byte; undefined if none does. */
	async hashAt(segment: number, to: number): Promise<string | undefined> {
		if (!(await this.list()).includes(segment)) return undefined;
		if (to > (this.#end(segment) ?? to)) return undefined;
		const from = Math.max(0, to - LONGEST_LINE);
		const bytes = await gathered(this.#slices(segment, from, to));
		const line = bytes.toString().split("\n").at(-2);
		return line === undefined ? undefined : takeApart(line)?.hash;
	}

	/** The entries at these spans, in order. Each must be a whole line whose text matches its digest. */
	async fetch(segment: number, spans: readonly Span[]): Promise<Stored[]> {
		const found: Stored[] = [];
		for await (const { span, bytes } of this.#read(segment, spans)) {
			const read = this.#open(segment, bytes.subarray(0, -1), span);
			const line = isBroken(read) ? await this.#again(segment, span) : read;
			if (line.kind !== "entry" || isBroken(line))
				throw this.#rotten(segment, span.at, "it is no whole event");
			found.push(line.stored);
		}
		return found;
	}

	/** The entries at spans in any segments, by their seqs. Rejects if one can't be read; or leaves it out, if `onUnread` hears why. */
	async fetchAll(
		wanted: readonly EventSpan[],
		onUnread?: (error: unknown) => void,
	) {
		const found = new Map<number, Stored>();
		for (const { segment, spans } of bySegment(wanted))
			for (const stored of await this.#fetchEach(segment, spans, onUnread))
				found.set(stored.seq, stored);
		return found;
	}

	async #fetchEach(
		segment: number,
		spans: readonly Span[],
		onUnread?: (error: unknown) => void,
	): Promise<Stored[]> {
		try {
			return await this.fetch(segment, spans);
		} catch (error) {
			if (!onUnread) throw error;
			const readable: Stored[] = [];
			if (spans.length === 1) onUnread(error);
			else
				for (const span of spans)
					readable.push(...(await this.#fetchEach(segment, [span], onUnread)));
			return readable;
		}
	}

	/** The spans of committed entries. */
	async find(seqs: readonly number[]): Promise<EventSpan[]> {
		const found: EventSpan[][] = [];
		for await (const some of this.findInSlices(seqs)) found.push(some);
		return found.flat();
	}

	/** The same, as they are found, at most so many at once, all in one segment. */
	async *findInSlices(
		seqs: readonly number[],
		most = seqs.length,
	): AsyncGenerator<EventSpan[], void> {
		const list = await this.list();
		const wanted = new Map<number, Set<number>>();
		for (const seq of seqs) {
			const segment = list.findLast((first) => first <= seq);
			if (segment === undefined) continue;
			wanted.set(segment, (wanted.get(segment) ?? new Set()).add(seq));
		}
		for (const [segment, own] of wanted) {
			const lines = new Lines();
			let found: EventSpan[] = [];
			const first = [...own].reduce((a, b) => Math.min(a, b));
			let at = await this.#lineBefore(segment, first);
			const slices = this.#slices(segment, at, this.#end(segment));
			search: for await (const slice of slices)
				for (const line of lines.cut(slice)) {
					const bytes = line.length + 1;
					const seq = seqOf(line);
					if (own.delete(seq)) found.push({ segment, at, bytes, seq });
					if (own.size === 0) break search;
					if (found.length === most) {
						yield found;
						found = [];
					}
					at += bytes;
				}
			if (found.length > 0) yield found;
		}
	}

	/** The first byte of a line at or before that of an event, by halves. */
	async #lineBefore(segment: number, seq: number): Promise<number> {
		let from = 0;
		let to = this.#end(segment) ?? MOST_SEGMENT_BYTES;
		while (to - from > 2 * PROBE_BYTES) {
			const middle = Math.floor((from + to) / 2);
			const probe = this.#slices(segment, middle, middle + PROBE_BYTES);
			const bytes = await gathered(probe);
			const start = bytes.indexOf(NEWLINE) + 1;
			const first = start > 0 ? seqOf(bytes.subarray(start)) : Number.NaN;
			if (first <= seq) from = middle + start;
			else to = middle;
		}
		return from;
	}

	/**
	 * Overwrites the text of these entries, durably and idempotently. The
	 * event that erases them must be committed first: without an event that
	 * names its seq, a line without text counts as damage. Rejects with
	 * `DiskFull` if it may be tried again; after any other rejection the
	 * process must stop. Also removes saved torn tails, but for one.
	 */
	async erase(wanted: readonly EventSpan[], except?: string): Promise<void> {
		try {
			for (const { segment, spans } of bySegment(wanted))
				await this.#erase(segment, spans);
			await this.#removeTorn(except);
		} catch (error) {
			throw asDiskFull(error) ?? error;
		}
	}

	/** Overwrites nothing until every line was found to be the expected one, and only what is not overwritten yet. */
	async #erase(segment: number, spans: readonly EventSpan[]): Promise<void> {
		await withFile(this.#disk, this.#path(segment), async (file) => {
			const tails = [];
			for await (const { span, bytes } of this.#read(segment, spans)) {
				const { tail, at } = erasedTail(this.#line(span, bytes), span.at);
				const before = bytes.subarray(at - span.at, -1);
				if (!tail.equals(before)) tails.push({ tail, at });
			}
			for (const { tail, at } of tails) await writeAll(file, tail, at);
			await file.sync();
		});
	}

	/** Yields the bytes of each span, in order, with one read for spans that lie close together. */
	async *#read<Where extends Span>(segment: number, spans: readonly Where[]) {
		for (const run of runsOf(spans)) {
			const from = run[0]?.at ?? 0;
			const to = endOf(run);
			// Other tasks get their turn between the slices.
			const all = await gathered(this.#slices(segment, from, to));
			if (all.length !== to - from)
				throw this.#rotten(segment, from, "what was written is not there");
			for (const span of run) {
				const start = span.at - from;
				yield { span, bytes: all.subarray(start, start + span.bytes) };
			}
		}
	}

	/** The line of an event, without its newline. Throws unless the span holds exactly that. */
	#line({ segment, at, bytes, seq }: EventSpan, all: Buffer): Buffer {
		const line = all.subarray(0, -1);
		if (all.indexOf(NEWLINE) !== bytes - 1 || seqOf(line) !== seq)
			throw this.#rotten(segment, at, `event ${seq} is not there`);
		return line;
	}

	/** A saved torn tail may hold a copy of the text that was just erased. */
	async #removeTorn(except: string | undefined): Promise<void> {
		const disk = this.#disk;
		const torn = join(this.#folder, "torn");
		await disk.makeFolder(torn);
		const names = await disk.list(torn);
		const files = names.map((name) => join(torn, name));
		const copies = files.filter((file) => file !== except);
		for (const file of copies) await disk.remove(file);
		if (copies.length > 0) await disk.syncFolder(torn);
	}

	/** The end of a segment's committed bytes; undefined for a full segment, which is all committed. */
	#end(segment: number): number | undefined {
		const { growing } = this;
		return growing?.first === segment ? growing.size : undefined;
	}

	#open(segment: number, bytes: Buffer, { at }: Span, previous?: string) {
		try {
			return openLine(bytes.toString(), previous);
		} catch (error) {
			throw this.#rotten(segment, at, `${error}`);
		}
	}

	/** Reads a line once more: it may have been read while it was being overwritten. */
	async #again(segment: number, span: Span) {
		const end = span.at + span.bytes - 1;
		const bytes = await gathered(this.#slices(segment, span.at, end));
		return this.#open(segment, bytes, span);
	}

	#slices(segment: number, from: number, to?: number) {
		const chunks = this.#disk.read(this.#path(segment), from, to);
		return inSlices(chunks, () => setImmediate());
	}

	#path(segment: number): string {
		return join(logFolder(this.#folder), segmentName(segment));
	}

	#rotten(segment: number, at: number, why: string): Error {
		return new Error(`${this.#path(segment)} has rotted at byte ${at}: ${why}`);
	}
}
