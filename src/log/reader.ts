/**
 * Reads a log from a data folder, one segment, or a pipe. It yields whole,
 * verified batches in order, with one chunk in memory at a time. It never
 * writes, so it may read beside a running server: a batch that is just being
 * written looks like a torn tail.
 */
import { join } from "node:path";
import { type Disk, numberedIn } from "./disk.ts";
import type { LogPosition, Stored } from "./log.ts";
import { Verifier } from "./verifier.ts";

const NEWLINE = 10;
/** About a millisecond's work. */
const SLICE_BYTES = 32 * 1024;
const SEGMENT = /^(\d{20})\.ndjson$/;

/** The folder of the log in a data folder. */
export const logFolder = (dataFolder: string) => join(dataFolder, "log");

/** A segment is named by its first seq, padded so that names sort by seq. */
export const segmentName = (first: number) =>
	`${String(first).padStart(20, "0")}.ndjson`;

export interface Source {
	/** The name to show in messages. */
	readonly file: string;
	/** The first seq, according to its name. */
	readonly first?: number;
	/** Whether no segment follows; it is that of the last source, if not set. */
	readonly isLast?: boolean;
	/** The byte where `bytes()` begins, if not 0. */
	readonly offset?: number;
	/** The bytes from `from` up to `to`. A pipe ignores both. */
	bytes(from?: number, to?: number): AsyncIterable<Buffer>;
}

/** They may be listed while they are read. */
export type Sources = readonly Source[] | AsyncIterable<Source>;

/** The segments of a data folder, oldest first; none if there is no log. */
export async function segmentsOf(
	disk: Disk,
	dataFolder: string,
): Promise<Source[]> {
	const files = await numberedIn(disk, logFolder(dataFolder), SEGMENT);
	return files.map(({ file, seq: first }) => {
		const bytes = (from?: number, to?: number) => disk.read(file, from, to);
		return { file, first, bytes };
	});
}

/** The sources after a position. Verifies the headers up to there. */
export async function sourcesAfter(
	sources: readonly Source[],
	{ log, seq, offset }: LogPosition,
	verifier?: Verifier,
): Promise<readonly Source[]> {
	const at = sources.findLastIndex(({ first = 0 }) => first <= seq);
	for (const source of sources.slice(0, at + 1)) {
		const header = await headerOf(source);
		if (header.id !== log)
			throw new Error(`${source.file} belongs to another log`);
		if (verifier) verifier.secret = header.secret ?? verifier.secret;
	}
	const [source, ...later] = sources.slice(at);
	if (!source) return [];
	return [{ ...source, offset, bytes: () => source.bytes(offset) }, ...later];
}

/** A verifier that has read the header of a segment. */
export async function headerOf(source: Source): Promise<Verifier> {
	const header = new Verifier({ partial: true });
	const bytes = () => firstLine(source);
	for await (const _ of readBatches([{ ...source, bytes }], header));
	if (header.torn) throw header.torn;
	return header;
}

async function* firstLine(source: Source): AsyncGenerator<Buffer> {
	for await (const chunk of source.bytes()) {
		yield chunk.subarray(0, chunk.indexOf(NEWLINE) + 1);
		return;
	}
}

/**
 * Yields the entries of every whole batch, in arrays of any length. Throws
 * `Damage` where the log has rotted. Afterwards the verifier knows whether the
 * log ends in a torn tail, and where its sound part ends.
 */
export async function* readBatches(
	sources: Sources,
	verifier: Verifier,
): AsyncGenerator<readonly Stored[], void> {
	const last = "at" in sources ? sources.at(-1) : undefined;
	for await (const source of sources) {
		const { isLast = source === last } = source;
		verifier.beginSegment({ ...source, isLast });
		const lines = new Lines();
		for await (const chunk of source.bytes()) {
			const whole: Stored[] = [];
			try {
				for (const line of lines.cut(chunk))
					for (const stored of verifier.verify(line)) whole.push(stored);
			} finally {
				// Sound batches are yielded before the damage behind them is thrown.
				if (whole.length > 0) yield whole;
			}
		}
		verifier.endSegment(lines.rest());
	}
}

/** Divides chunks into small slices, with a pause after each. */
export async function* inSlices(
	chunks: AsyncIterable<Buffer>,
	pause: () => Promise<unknown>,
): AsyncGenerator<Buffer, void> {
	for await (const chunk of chunks)
		for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
			yield chunk.subarray(at, at + SLICE_BYTES);
			await pause();
		}
}

/** Splits chunks at newlines, and buffers a line until its newline arrives. */
export class Lines {
	#partial: Buffer[] = [];

	*cut(chunk: Buffer): Generator<Buffer> {
		let from = 0;
		for (;;) {
			const end = chunk.indexOf(NEWLINE, from);
			if (end < 0) break;
			yield this.rest(chunk.subarray(from, end));
			from = end + 1;
		}
		if (from < chunk.length) this.#partial.push(chunk.subarray(from));
	}

	rest(more: Buffer = Buffer.alloc(0)): Buffer {
		if (this.#partial.length === 0) return more;
		const line = Buffer.concat([...this.#partial, more]);
		this.#partial = [];
		return line;
	}
}
