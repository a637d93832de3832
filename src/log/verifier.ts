/**
 * Verifies a log line by line, without a disk: the header of each segment,
 * the chain, the order of seqs and the bounds of batches. It promises to hand
 * out nothing but whole batches, and to name the place of any damage. Damage
 * that may be a torn tail is noted in `torn`; any other is thrown.
 */
import { isUtf8 } from "node:buffer";
import { Damage, LaterBatchSearch } from "./damage.ts";
import { GENESIS, takeApart } from "./line.ts";
import type { LogPosition, Stored } from "./log.ts";
import {
	Broken,
	CHANGED,
	type Header,
	type Line,
	openLine,
	UnknownFormat,
} from "./open-line.ts";
import type { Source } from "./reader.ts";

const NONE: readonly never[] = [];
const PREVIOUS = /"prev":"([\w-]{43})"$/;

interface SegmentInfo extends Omit<Source, "bytes"> {
	/** Only the last segment can have a torn tail: it was made when all before it was synced. */
	readonly isLast: boolean;
}

/** A line whose text is not what was written. */
interface SuspectLine {
	readonly damage: Damage;
	/** Not erased either: cut short in that, torn, or rotten. */
	readonly broken: boolean;
	/** The hash before it. */
	readonly previous: string;
	readonly text: string;
}

interface PendingBatch {
	readonly entries: readonly Stored[];
	readonly suspects: readonly SuspectLine[];
	readonly before: Pick<Verifier, "seq" | "hash" | "offset">;
}

export class Verifier {
	/** The log's id; empty before the first header. */
	id = "";
	/** The fingerprint of the secret that it is written with, if a header named it. */
	secret: string | undefined;
	/** Of the last entry of the last whole batch, as are the next three. */
	seq = 0;
	hash = GENESIS;
	file = "";
	offset = 0;
	/** How much of the segment before this one is sound. */
	before = 0;
	/** Set when the last segment ends in what may be the rest of a torn batch or header. */
	torn: Damage | undefined;
	/** What is known of the log elsewhere: its hash after an event, by seq. */
	readonly expected = new Map<
		number,
		{ readonly log?: unknown; readonly hash?: unknown }
	>();

	/** Whether it starts anywhere, at the word of the first header. */
	readonly #partial: boolean;
	#segment: SegmentInfo = { file: "", isLast: true };
	#line = 1;
	#start = 0;
	#previous = GENESIS;
	/** The entries so far of a batch that ends at `#last`. */
	#batch: Stored[] = [];
	/** Lines of that batch whose text is not what was written. */
	#suspects: SuspectLine[] = [];
	/** A batch with broken text, handed out when something sound follows: without that it is a torn tail. */
	#pending: PendingBatch | undefined;
	/** Whose text is gone without an erasure, so far, that says why; by seq. */
	readonly #unproven = new Map<number, Damage>();
	readonly #broken: Damage[] = [];
	#last = 0;
	#search: LaterBatchSearch | undefined;

	/** It begins at a mark, if one is given. */
	constructor({
		partial = false,
		after,
	}: { partial?: boolean; after?: LogPosition } = {}) {
		this.#partial = partial;
		if (!after) return;
		this.id = after.log;
		this.seq = after.seq;
		this.hash = after.hash;
		this.#previous = after.hash;
	}

	beginSegment(segment: SegmentInfo): void {
		const { file, first = 1, offset = 0 } = segment;
		this.#segment = segment;
		this.file = file;
		this.before = this.offset;
		this.offset = offset;
		// Behind the header each event has one line.
		this.#line = offset > 0 ? this.seq - first + 3 : 1;
		this.#start = offset;
	}

	/** Takes the next line, without its newline; answers with the batch that it completes. */
	take(bytes: Buffer): readonly Stored[] {
		const text = bytes.toString();
		const end = this.#start + bytes.length + 1;
		let whole: readonly Stored[] = NONE;
		try {
			if (this.#search) this.#seek(text);
			else whole = this.#accept(this.#open(bytes, text), end, text);
		} catch (error) {
			if (error instanceof Damage || !(error instanceof Error)) throw error;
			this.#damaged(error, text);
		}
		this.#line++;
		this.#start = end;
		return whole;
	}

	/** The segment ends, perhaps with bytes that no newline follows. */
	endSegment(rest: Buffer): void {
		const text = rest.toString();
		if (this.#search) this.#seek(text);
		else if (text) this.#damaged(new Broken("its end is missing"), text);
		else if (this.#line === 1)
			this.#damaged(new Broken("the file is empty"), text);
		else if (this.#batch.length > 0)
			this.#damaged(new Broken("the rest of its batch is missing"), text);
		else if (this.#pending && this.#segment.isLast)
			this.#damaged(new Broken(CHANGED), text);
	}

	/** Text that is gone needs a committed erasure that names it, once all is read. */
	assertErasuresLogged(): void {
		for (const damage of this.#unproven.values()) throw damage;
	}

	/** Where text is neither what was written nor erased: an erasing may have been under way. */
	get broken(): readonly Damage[] {
		return [...this.#broken];
	}

	#open(bytes: Buffer, text: string): Header | Line {
		const line = openLine(text, this.#hashBefore(text));
		// What cannot be decoded comes out as this character, which may also be meant.
		if (!text.includes("\uFFFD") || isUtf8(bytes)) return line;
		if (line.kind === "header") throw new Broken("it is not UTF-8");
		return { ...line, tail: "broken" };
	}

	#accept(line: Header | Line, end: number, text: string): readonly Stored[] {
		const previous = this.#previous;
		if (line.kind === "header") this.#acceptHeader(line);
		else this.#acceptEntry(line);
		this.#previous = line.hash;
		const sound = this.#release();
		if (line.kind === "entry") {
			if (line.tail !== "whole") {
				const damage = this.#damage(line.stored.seq, CHANGED);
				const broken = line.tail === "broken";
				this.#suspects.push({ damage, broken, previous, text });
			}
			if (line.stored.seq < line.last) return sound;
		}
		const { seq, hash, offset } = this;
		this.#pending = {
			entries: this.#batch,
			suspects: this.#suspects,
			before: { seq, hash, offset },
		};
		this.#batch = [];
		this.#suspects = [];
		this.seq += this.#pending.entries.length;
		this.hash = line.hash;
		this.offset = end;
		const isSound = !this.#pending.suspects.some(({ broken }) => broken);
		return isSound ? [...sound, ...this.#release()] : sound;
	}

	/** Hands out the batch that was held: it is no torn tail. */
	#release(): readonly Stored[] {
		if (!this.#pending) return NONE;
		const { entries, suspects } = this.#pending;
		this.#pending = undefined;
		for (const { damage, broken } of suspects) {
			this.#unproven.set(damage.seq, damage);
			if (broken) this.#broken.push(damage);
		}
		for (const { event } of entries)
			if (event.type === "message.erased")
				for (const seq of event.seqs) this.#unproven.delete(seq);
		return entries;
	}

	#damage(seq: number, reason: string): Damage {
		const { file } = this.#segment;
		return new Damage(
			{ file, line: this.#line, offset: this.#start },
			seq,
			reason,
		);
	}

	#acceptHeader({ id, next, secret = this.secret }: Header): void {
		if (this.#partial && !this.id) this.seq = next - 1;
		this.id ||= id;
		const { first = next } = this.#segment;
		if (id !== this.id) throw new Error("it belongs to another log");
		if (this.#batch.length > 0) throw new Error("it stands inside a batch");
		if (next !== this.seq + 1 || next !== first)
			throw new Error(`it opens the segment of event ${next}`);
		this.secret = secret;
	}

	#acceptEntry({ stored, first, last, hash }: Line): void {
		if (this.#line === 1) throw new Error("the segment has no header");
		if (this.#batch.length === 0) this.#last = last;
		if (first !== this.seq + 1 || last !== this.#last)
			throw new Error(`it says that its batch is ${first} to ${last}`);
		if (stored.seq !== this.#expected || stored.seq > last)
			throw new Error(`it says that it is event ${stored.seq}`);
		const known = this.expected.get(stored.seq);
		if (known && known.log === this.id && known.hash !== hash)
			throw new Error("a snapshot was taken of another event there");
		this.#batch.push(stored);
	}

	get #expected(): number {
		return this.seq + this.#batch.length + 1;
	}

	#hashBefore(text: string): string {
		if (!this.#partial || this.id) return this.#previous;
		const { prefix = "" } = takeApart(text) ?? {};
		return PREVIOUS.exec(prefix)?.[1] ?? GENESIS;
	}

	/** Throws unless a crash may have done it; then the rest is searched for what no crash does. */
	#damaged(error: Error, text: string): void {
		const { file, isLast } = this.#segment;
		const suspects = this.#pending?.suspects ?? this.#suspects;
		const suspect = suspects.find(({ broken }) => broken);
		if (suspect && error instanceof Broken) {
			// Nothing sound has followed its batch, so it is there that the torn tail begins.
			if (!isLast || suspect.damage.file !== file) throw suspect.damage;
			Object.assign(this, this.#pending?.before);
			this.#pending = undefined;
			this.torn = suspect.damage;
			const { previous } = suspect;
			this.#search = new LaterBatchSearch(previous, suspect.text, this.seq + 1);
			this.#seek(suspect.text);
			this.#seek(text);
			return;
		}
		const damage = this.#damage(this.#expected, error.message);
		if (error instanceof UnknownFormat)
			damage.message = `${file} cannot be read: ${error.message}`;
		if (!isLast || !(error instanceof Broken)) throw damage;
		this.torn = damage;
		// A header stands before its batch, so the next batch is later than it.
		const after = this.#line === 1 ? this.seq : this.seq + 1;
		const previous = this.#hashBefore(text);
		this.#search = new LaterBatchSearch(previous, text, after);
		this.#seek(text);
	}

	#seek(text: string): void {
		if (this.torn && this.#search?.finds(text)) throw this.torn;
	}
}
