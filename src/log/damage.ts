/**
 * What is wrong with a log, and whether a crash can have done it.
 *
 * A crash may leave a batch with any of its pages missing, but only the last
 * one: a batch is written after the one before it was synced. So damage with
 * a valid line of a later batch behind it is not a torn tail but rot, which
 * is never skipped.
 */
import { chainHash, LINE_START, takeApart } from "./line.ts";

/** Where a log stops making sense, and why, in words. */
export class Damage extends Error {
	readonly file: string;
	/** Of the damaged line in its file, from 1. */
	readonly line: number;
	/** Of that line's first byte in its file. */
	readonly offset: number;
	/** The event that should be there. */
	readonly seq: number;
	readonly reason: string;

	constructor(
		place: { file: string; line: number; offset: number },
		seq: number,
		reason: string,
	) {
		const { file, line, offset } = place;
		super(
			`${file} is damaged at line ${line} (byte ${offset}), where event ${seq} should be: ${reason}`,
		);
		this.name = "Damage";
		this.file = file;
		this.line = line;
		this.offset = offset;
		this.seq = seq;
		this.reason = reason;
	}
}

/** What may be a line's recorded hash, even if what names it has changed. */
const QUOTED_HASH = /[\w-]{43}(?=")/g;
const BATCH = /"batch":\[(\d+),/;

/**
 * Searches, line by line, what begins with a damaged line. Lines are known by
 * how they begin, because the damage may have hit a newline. A line is valid
 * if it follows from any hash that stands before it, or from the one that the
 * damaged line should have: so wherever in that line one bit has changed, the
 * line after it still vouches that it had been there.
 */
export class LaterBatchSearch {
	readonly #recomputed: string | undefined;
	readonly #after: number;
	/** What lies between the last beginning of a line and here. */
	#before = "";

	/** `previous` is the last sound hash; a later batch begins after the seq `after`. */
	constructor(previous: string, damaged: string, after: number) {
		const prefix = takeApart(damaged)?.prefix;
		if (prefix !== undefined) this.#recomputed = chainHash(previous, prefix);
		this.#after = after;
	}

	finds(text: string): boolean {
		const [end, ...lines] = text.split(LINE_START);
		this.#before += end;
		for (const line of lines) {
			if (this.#isLater(`${LINE_START}${line}`)) return true;
			this.#before = line;
		}
		return false;
	}

	#isLater(line: string): boolean {
		const { prefix, hash } = takeApart(line) ?? {};
		if (prefix === undefined) return false;
		const first = Number(BATCH.exec(prefix)?.[1] ?? 0);
		if (first <= this.#after) return false;
		const before = this.#before.match(QUOTED_HASH) ?? [];
		return [this.#recomputed, ...before].some(
			(previous) => previous && chainHash(previous, prefix) === hash,
		);
	}
}
