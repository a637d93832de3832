/**
 * The port to the event log, the only truth there is.
 *
 * A log has two watermarks. *Ordered*: an entry's position is known, and the
 * machines may evolve. *Committed*: it is durable, and whatever follows from
 * it may be seen. Every implementation passes `test/log/log.contract.ts`.
 */
import type { Erasable, PlumeEvent } from "../../machines/events.ts";

/** What the engine asks to be stored. */
export interface Entry {
	readonly event: PlumeEvent;
	readonly erasable?: Erasable;
}

/** What the log holds: `seq` counts from 1 without gaps. `erasable` is absent where text was erased. */
export interface Stored extends Entry {
	readonly seq: number;
}

/** The end of a committed batch: from here on a log can be read, by who knows what came before. */
export interface LogPosition {
	/** The log's id. */
	readonly log: string;
	readonly seq: number;
	/** That the next line follows from. */
	readonly hash: string;
	/** The byte behind the batch, in the segment that holds it. */
	readonly offset: number;
}

export interface LogListener {
	/** Called inside `append`, for each entry, before anything is written. If it throws, nothing of that `append` is. */
	onOrdered(stored: Stored): void;
	/** Everything up to and including `seq` is durable. Never called inside `append`. */
	onCommitted(seq: number): void;
	/** The disk is full or read-only: nothing commits until `onThawed`. Nothing is lost. */
	onFrozen(error: Error): void;
	onThawed(): void;
	/** The log can no longer promise anything (EIO, a failed sync). The process must stop at once. */
	onFatal(error: Error): void;
}

/** Where an entry stands in its segment: in bytes, its newline included, where there are any. */
export interface Span {
	readonly at: number;
	readonly bytes: number;
}

/** Where the line of an event stands in its segment. */
export interface EventSpan extends Span {
	readonly seq: number;
}

/** Where some events stand, by segment. */
export type Places = ReadonlyMap<number, readonly EventSpan[]>;

/** How far a segment was scanned: the scan goes on from here, and knows whether it fits. */
export interface Cursor {
	readonly at: number;
	readonly seq: number;
	readonly hash: string;
}

export interface Stretch {
	readonly placed: readonly { readonly stored: Stored; readonly span: Span }[];
	readonly end: Cursor;
}

/** What is committed, to be read again in pieces while the log is being written. It throws at what has rotted. */
export interface Segments {
	/** Their first seqs, which name them, oldest first. Only the last one still grows. */
	list(): Promise<readonly number[]>;
	/** What a segment holds behind a cursor, the chain verified, in stretches that are each quickly made. */
	scan(segment: number, after: Cursor): AsyncIterable<Stretch>;
	/** The entries that stand there, in this order: whole lines, and the very text that each one's digest names. */
	fetch(segment: number, spans: readonly Span[]): Promise<readonly Stored[]>;
	/** Where committed entries stand. */
	find(seqs: readonly number[]): Promise<Places>;
	/**
	 * Overwrites the text of what stands there, durably; doing it again is
	 * nothing. That it is erased must be committed before: without an event
	 * that names its seq, a line whose text is gone is damage. Rejects with
	 * `DiskFull` if it may be tried again; after any other rejection the
	 * process must stop.
	 */
	erase(places: Places): Promise<void>;
}

export interface Log {
	/** 128 random bits, base64url: made with the log, and in every segment's header. Known as soon as `read` has answered. */
	readonly id: string;
	/** Where the durable part ends; a log that has no such place has no snapshots. */
	readonly position: LogPosition | undefined;
	/** The fingerprint of the secret that it was written with, once read; logs from before there were any name none. */
	readonly secret: string | undefined;
	/** Headers name this secret from now on: the next segment's, and at once if the log names another. */
	nameSecret(fingerprint: string): void;
	/** The last ordered `seq`; 0 when empty. */
	readonly ordered: number;
	/** The last durable `seq`. */
	readonly committed: number;
	readonly frozen: boolean;
	/** The last `seq` of what `read` was spared and `scrub` has not verified yet; 0 when all is. */
	readonly unverified: number;
	readonly segments: Segments;
	/**
	 * Every durable entry from the first, or after a mark, verified. A log must
	 * be read to its end before `listen`: that is how the end is found, and
	 * what a crash left there cut off. Throws if the log has rotted, or does
	 * not go on from the mark.
	 */
	read(after?: LogPosition): AsyncIterable<readonly Stored[]>;
	/** Verifies, at leisure, what `read` was spared by its mark. Rejects if that has rotted; resolves early when the log is closed. */
	scrub(): Promise<void>;
	/** Names who hears of progress; must be called once, before the first `append`. */
	listen(listener: LogListener): void;
	/** Appends what one command decided: all of it becomes durable, or none. Throws if closed, frozen or failed. */
	append(entries: readonly Entry[]): void;
	/** Commits what it has, then lets go of its files. */
	close(): Promise<void>;
}
