/**
 * Verifies a log line by line: the header of each segment, the hash chain, the
 * order of seqs and the bounds of batches. It releases whole batches only.
 * Damage that may be a torn tail is recorded in `torn`; any other is thrown.
 */
import { isUtf8 } from "node:buffer";
import { isOverwriting } from "../../machines/events.ts";
import { Damage, LaterBatchSearch, type LinePosition } from "./damage.ts";
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
	/** Only the last segment can have a torn tail: the others were synced before it was made. */
	readonly isLast: boolean;
}

/** A line whose text does not match its digest. */
interface SuspectLine {
	readonly seq: number;
	readonly position: LinePosition;
	/** Whether the text is not erased either: by an unfinished erasure, a torn tail, or rot. */
	readonly broken: boolean;
	/** The hash of the line before it. */
	readonly previous: string;
	readonly text: string;
}

/** A whole batch that is not released yet. */
interface PendingBatch {
	readonly entries: readonly Stored[];
	readonly suspects: readonly SuspectLine[];
	/** The end of the batch before it. */
	readonly before: Pick<Verifier, "seq" | "hash" | "offset">;
}

export class Verifier {
	/** The log's id; empty before the first header. */
	id = "";
	/** The fingerprint of the server's secret, if a header names it. */
	secret: string | undefined;
	/** The end of the last whole batch: its last seq and hash, its file, and the byte after it. */
	seq = 0;
	hash = GENESIS;
	file = "";
	offset = 0;
	/** The hash of the last line, which the next one is chained to. */
	previous = GENESIS;
	/** What `offset` was at the end of the segment before this one. */
	before = 0;
	/** Set if the last segment ends in what may be a torn batch or header. */
	torn: Damage | undefined;
	/** Lines whose text is neither whole nor erased; an erasure may be unfinished. */
	readonly broken: Damage[] = [];
	/** The files in which lines are erased. */
	readonly erasedIn = new Set<string>();
	/** Hashes that snapshots recorded, by seq; the log must have the same. */
	readonly knownHashes = new Map<
		number,
		{ readonly log?: unknown; readonly hash?: unknown }
	>();

	/** Whether reading may begin with any segment, whose header is then trusted. */
	readonly #partial: boolean;
	#segment: SegmentInfo = { file: "", isLast: true };
	#line = 1;
	#start = 0;
	/** The entries so far of the batch that ends at `#last`. */
	#batch: Stored[] = [];
	/** The suspect lines of that batch. */
	#suspects: SuspectLine[] = [];
	/** A whole batch with broken text. It is released when a sound line follows; otherwise it is a torn tail. */
	#pending: PendingBatch | undefined;
	/** Lines without text for which no erasure was read yet, by seq. They may be very many. */
	readonly #unproven = new Map<number, LinePosition>();
	#last = 0;
	#search: LaterBatchSearch | undefined;

	/** With `after`, it continues from that position. */
	constructor({
		partial = false,
		after,
	}: { partial?: boolean; after?: LogPosition } = {}) {
		this.#partial = partial;
		if (!after) return;
		this.id = after.log;
		this.seq = after.seq;
		this.hash = after.hash;
		this.previous = after.hash;
	}

	beginSegment(segment: SegmentInfo): void {
		const { file, first = 1, offset = 0 } = segment;
		this.#segment = segment;
		this.file = file;
		this.before = this.offset;
		this.offset = offset;
		// The header is line 1, and each event has one line.
		this.#line = offset > 0 ? this.seq - first + 3 : 1;
		this.#start = offset;
	}

	/** Verifies the next line, without its newline. Returns the entries of the batches that it releases. */
	verify(bytes: Buffer): readonly Stored[] {
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

	/** Ends a segment. `rest` are the bytes after its last newline. */
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

	/** Whether a line up to some seq has no text, and no erasure that was read names it. */
	lacksErasure(upTo: number): boolean {
		// They are in order.
		const [first = Infinity] = this.#unproven.keys();
		return first <= upTo;
	}

	/** Call when all is read: throws if a line has no text and no erasure names it. A mirror, or a backup of one, may have got lines up to some seq, but not yet the erasure. */
	assertErasuresLogged(upTo = 0): void {
		for (const [seq, position] of this.#unproven)
			if (seq > upTo || this.broken.some((damage) => damage.seq === seq))
				throw new Damage(position, seq, CHANGED);
	}

	#open(bytes: Buffer, text: string): Header | Line {
		const line = openLine(text, this.#hashBefore(text));
		// Undecodable bytes become this character, which may also be in the text.
		if (!text.includes("\uFFFD") || isUtf8(bytes)) return line;
		if (line.kind === "header") throw new Broken("it is not UTF-8");
		return { ...line, tail: "broken" };
	}

	#accept(line: Header | Line, end: number, text: string): readonly Stored[] {
		const previous = this.previous;
		if (line.kind === "header") this.#acceptHeader(line);
		else this.#acceptEntry(line);
		this.previous = line.hash;
		const sound = this.#release();
		if (line.kind === "entry") {
			if (line.tail !== "whole") {
				const { seq } = line.stored;
				const position = this.#position;
				const broken = line.tail === "broken";
				this.#suspects.push({ seq, position, broken, previous, text });
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

	/** Releases the pending batch: a sound line follows, so it is no torn tail. */
	#release(): readonly Stored[] {
		if (!this.#pending) return NONE;
		const { entries, suspects } = this.#pending;
		this.#pending = undefined;
		for (const { seq, position, broken } of suspects) {
			this.#unproven.set(seq, position);
			if (broken) this.broken.push(new Damage(position, seq, CHANGED));
			else this.erasedIn.add(position.file);
		}
		for (const { event } of entries)
			if (isOverwriting(event))
				for (const seq of event.seqs) this.#unproven.delete(seq);
		return entries;
	}

	/** Where the line is that is being verified. */
	get #position(): LinePosition {
		const { file } = this.#segment;
		return { file, line: this.#line, offset: this.#start };
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
		if (stored.seq !== this.#nextSeq || stored.seq > last)
			throw new Error(`it says that it is event ${stored.seq}`);
		const known = this.knownHashes.get(stored.seq);
		if (known && known.log === this.id && known.hash !== hash)
			throw new Error(
				"a snapshot was taken of another event there (if the last start had --accept-missing and broke off, start with it once more)",
			);
		this.#batch.push(stored);
	}

	get #nextSeq(): number {
		return this.seq + this.#batch.length + 1;
	}

	#hashBefore(text: string): string {
		if (!this.#partial || this.id) return this.previous;
		const { prefix = "" } = takeApart(text) ?? {};
		return PREVIOUS.exec(prefix)?.[1] ?? GENESIS;
	}

	/** Throws unless a crash may have caused the damage. If so, searches the rest of the log for a later batch, which proves rot. */
	#damaged(error: Error, text: string): void {
		const { file, isLast } = this.#segment;
		const suspects = this.#pending?.suspects ?? this.#suspects;
		const suspect = suspects.find(({ broken }) => broken);
		if (suspect && error instanceof Broken) {
			// No sound line follows its batch, so the torn tail begins at the suspect line.
			const damage = new Damage(suspect.position, suspect.seq, CHANGED);
			if (!isLast || damage.file !== file) throw damage;
			Object.assign(this, this.#pending?.before);
			this.#pending = undefined;
			this.torn = damage;
			const { previous } = suspect;
			this.#search = new LaterBatchSearch(previous, suspect.text, this.seq + 1);
			this.#seek(suspect.text);
			this.#seek(text);
			return;
		}
		const damage = new Damage(this.#position, this.#nextSeq, error.message);
		damage.isNewer = error instanceof UnknownFormat;
		if (damage.isNewer)
			damage.message = `${file} cannot be read: ${error.message}`;
		if (!isLast || !(error instanceof Broken)) throw damage;
		this.torn = damage;
		// A torn header has no batch yet, so the very next batch counts as later.
		const after = this.#line === 1 ? this.seq : this.seq + 1;
		const previous = this.#hashBefore(text);
		this.#search = new LaterBatchSearch(previous, text, after);
		this.#seek(text);
	}

	#seek(text: string): void {
		if (this.torn && this.#search?.finds(text)) throw this.torn;
	}
}
