/**
 * Reads a log, wherever its bytes come from: a data folder at start-up, one
 * segment, or a pipe, for replay. It promises whole, verified batches in
 * order, holds one chunk at a time, and never writes, so it may read beside a
 * live server: what that is just writing shows as a torn tail.
 */
import { join } from "node:path";
import { type Disk, namesIn } from "./disk.ts";
import type { LogPosition, Stored } from "./log.ts";
import { Verifier } from "./verifier.ts";

const NEWLINE = 10;
/** About a millisecond's work. */
const SLICE_BYTES = 32 * 1024;
const SEGMENT = /^(\d{20})\.ndjson$/;

/** The part of a data folder that holds the log. */
export const logFolder = (dataFolder: string) => join(dataFolder, "log");

/** A segment is named by its first seq, so that names sort as seqs do. */
export const segmentName = (first: number) =>
	`${String(first).padStart(20, "0")}.ndjson`;

export interface Source {
	/** As messages should name it. */
	readonly file: string;
	/** The seq that its name says it begins with. */
	readonly first?: number;
	/** Where `bytes` begin, if not at its beginning. */
	readonly offset?: number;
	/** From one byte on and up to another; a pipe flows from its beginning to its end. */
	bytes(from?: number, to?: number): AsyncIterable<Buffer>;
}

/** The segments of a data folder, oldest first; none where there is no log. */
export async function segmentsOf(
	disk: Disk,
	dataFolder: string,
): Promise<Source[]> {
	const folder = logFolder(dataFolder);
	const names = [...(await namesIn(disk, folder))].sort();
	return names.flatMap((name) => {
		const first = SEGMENT.exec(name)?.[1];
		const file = join(folder, name);
		const bytes = (from?: number, to?: number) => disk.read(file, from, to);
		return first ? [{ file, first: Number(first), bytes }] : [];
	});
}

/** What is behind a mark, once the headers up to there were found to be sound. */
export async function sourcesAfter(
	sources: readonly Source[],
	{ log, seq, offset }: LogPosition,
	verifier?: Verifier,
): Promise<readonly Source[]> {
	const at = sources.findLastIndex(({ first = 0 }) => first <= seq);
	for (const source of sources.slice(0, at + 1)) {
		const header = new Verifier({ partial: true });
		const bytes = () => firstLine(source);
		for await (const _ of readBatches([{ ...source, bytes }], header));
		if (header.torn) throw header.torn;
		if (header.id !== log)
			throw new Error(`${source.file} belongs to another log`);
		if (verifier) verifier.secret = header.secret ?? verifier.secret;
	}
	return sources
		.slice(at)
		.map((source, nth) => (nth === 0 ? sourceFrom(source, offset) : source));
}

/** What is behind a byte of a file. */
export const sourceFrom = (source: Source, offset: number): Source => ({
	...{ ...source, offset },
	bytes: () => source.bytes(offset),
});

async function* firstLine(source: Source): AsyncGenerator<Buffer> {
	for await (const chunk of source.bytes()) {
		yield chunk.subarray(0, chunk.indexOf(NEWLINE) + 1);
		return;
	}
}

/**
 * Yields every whole batch, in arrays of any length. Throws `Damage` where the log has rotted; whether
 * it ended in a torn tail, and where its sound part ends, the verifier knows
 * afterwards.
 */
export async function* readBatches(
	sources: readonly Source[],
	verifier: Verifier,
): AsyncGenerator<readonly Stored[], void> {
	for (const source of sources) {
		verifier.beginSegment({ ...source, isLast: source === sources.at(-1) });
		const lines = new Lines();
		for await (const chunk of source.bytes()) {
			const whole: Stored[] = [];
			try {
				for (const line of lines.cut(chunk))
					for (const stored of verifier.take(line)) whole.push(stored);
			} finally {
				// What is sound before damage is handed out before that is thrown.
				if (whole.length > 0) yield whole;
			}
		}
		verifier.endSegment(lines.rest());
	}
}

/** Hands out a little at a time, and rests in between. */
export async function* inSlices(
	chunks: AsyncIterable<Buffer>,
	rest: () => Promise<unknown>,
): AsyncGenerator<Buffer, void> {
	for await (const chunk of chunks)
		for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
			yield chunk.subarray(at, at + SLICE_BYTES);
			await rest();
		}
}

/** Cuts chunks at newlines, and keeps what no newline has followed yet. */
export class Lines {
	#kept: Buffer[] = [];

	*cut(chunk: Buffer): Generator<Buffer> {
		let from = 0;
		for (;;) {
			const end = chunk.indexOf(NEWLINE, from);
			if (end < 0) break;
			yield this.rest(chunk.subarray(from, end));
			from = end + 1;
		}
		if (from < chunk.length) this.#kept.push(chunk.subarray(from));
	}

	rest(more: Buffer = Buffer.alloc(0)): Buffer {
		if (this.#kept.length === 0) return more;
		const line = Buffer.concat([...this.#kept, more]);
		this.#kept = [];
		return line;
	}
}
