/**
 * Damage to a log, and whether a crash can have caused it.
 *
 * A crash may leave a batch with any of its pages missing, but only the last
 * batch, because each is written after the one before it was synced. So damage
 * followed by a valid line of a later batch is not a torn tail but rot, which
 * is never skipped.
 */
import { chainHash, LINE_START, takeApart } from "./line.ts";

/** Where a line is. */
export interface LinePosition {
	readonly file: string;
	/** Its number in its file, from 1. */
	readonly line: number;
	/** Its first byte in its file. */
	readonly offset: number;
}

/** The first line of a log that is not sound, and why. */
export class Damage extends Error implements LinePosition {
	readonly file: string;
	readonly line: number;
	readonly offset: number;
	/** The seq of the event that should be there. */
	readonly seq: number;
	readonly reason: string;
	/** The line is sound, but of a version that this one does not know. */
	isNewer = false;

	constructor(
		{ file, line, offset }: LinePosition,
		seq: number,
		reason: string,
	) {
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

/** Matches what may be a line's recorded hash, even if its field name has changed. */
const QUOTED_HASH = /[\w-]{43}(?=")/g;
const BATCH = /"batch":\[(\d+),/;

/**
 * Searches for a valid line of a later batch, line by line, beginning with the
 * damaged line. It splits the text where a line begins, not at newlines: the
 * damage may have hit one. A line is valid if it is chained to any hash before
 * it, or to the hash that the damaged line should have. So whichever bit of
 * the damaged line has changed, the line after it still counts as valid.
 */
export class LaterBatchSearch {
	readonly #recomputed: string | undefined;
	readonly #after: number;
	/** The text since the last start of a line. */
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
