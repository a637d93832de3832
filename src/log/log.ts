/**
 * The port to the event log, from which all state is derived.
 *
 * A log has two watermarks. *Ordered*: an entry has its seq, and the machines
 * may evolve. *Committed*: it is durable, and its consequences may be
 * published. Every implementation passes `test/log/log.contract.ts`.
 */
import type { Erasable, PlumeEvent } from "../../machines/events.ts";

/** An event to append, with its erasable text if it has any. */
export interface Entry {
	readonly event: PlumeEvent;
	readonly erasable?: Erasable;
}

/** An entry in the log: `seq` counts from 1 without gaps. `erasable` is absent once the text was erased. */
export interface Stored extends Entry {
	readonly seq: number;
}

/** The end of a committed batch. A reader that has the state there can continue from here. */
export interface LogPosition {
	/** The log's id. */
	readonly log: string;
	readonly seq: number;
	/** The hash of the last line; the next line is chained to it. */
	readonly hash: string;
	/** The byte after the batch, in the segment that holds it. */
	readonly offset: number;
}

export interface LogListener {
	/** Called inside `append` for each entry, before anything is written. If it throws, the whole `append` is dropped. */
	onOrdered(stored: Stored): void;
	/** Everything up to and including `seq` is durable. Never called inside `append`. */
	onCommitted(seq: number): void;
	/** The disk is full or read-only: nothing commits until `onThawed`, but nothing is lost. */
	onFrozen(error: Error): void;
	onThawed(): void;
	/** Durability is no longer certain (EIO, a failed sync). The process must stop at once. */
	onFatal(error: Error): void;
}

/** A batch that was published. */
export interface BatchFigures {
	readonly batch: readonly { readonly stored: Stored }[];
	/** How long it took to write and sync it, and then to publish it. */
	readonly storeMs: number;
	readonly publishMs: number;
}

/** The byte range of an entry in its segment, newline included. A memory log counts entries instead. */
export interface Span {
	readonly at: number;
	readonly bytes: number;
}

/** Where the line of an event is. */
export interface EventSpan extends Span {
	readonly segment: number;
	readonly seq: number;
}

/** How far a segment was scanned. A scan that continues here verifies the next line against `hash`. */
export interface Cursor {
	readonly at: number;
	readonly seq: number;
	readonly hash: string;
}

export interface ScanChunk {
	readonly entries: readonly { readonly stored: Stored; readonly span: Span }[];
	readonly end: Cursor;
}

/** Random access to committed entries while the log is being written. Every method rejects where the log has rotted. */
export interface Segments {
	/** The first seq of each segment, which names it, oldest first. Only the last segment still grows. */
	list(): Promise<readonly number[]>;
	/** The entries of a segment after a cursor, with the chain verified, in chunks of about a millisecond's work. */
	scan(segment: number, after: Cursor): AsyncIterable<ScanChunk>;
	/** The entries at these spans, in order. Each must be a whole line whose text matches its digest. */
	fetch(segment: number, spans: readonly Span[]): Promise<readonly Stored[]>;
	/** The spans of committed entries. */
	find(seqs: readonly number[]): Promise<readonly EventSpan[]>;
	/**
	 * Overwrites the text of these entries, durably and idempotently. The
	 * event that erases them must be committed first: without an event that
	 * names its seq, a line without text counts as damage. Rejects with
	 * `DiskFull` if it may be tried again; after any other rejection the
	 * process must stop.
	 */
	erase(spans: readonly EventSpan[]): Promise<void>;
}

export interface Log {
	/** 128 random bits, base64url, made with the log and repeated in every segment's header. Known once `read` has finished. */
	readonly id: string;
	/** The end of the durable part; undefined for a log that cannot be read from the middle, so it has no snapshots. */
	readonly position: LogPosition | undefined;
	/** The fingerprint of the server secret that the log was written with, known once `read` has finished. Old logs have none. */
	readonly secret: string | undefined;
	/** Writes this fingerprint into future headers. If the log has another one, the next batch begins a segment. */
	nameSecret(fingerprint: string): void;
	/** The last ordered `seq`; 0 when empty. */
	readonly ordered: number;
	/** The last durable `seq`. */
	readonly committed: number;
	readonly frozen: boolean;
	onBatch: ((figures: BatchFigures) => void) | undefined;
	/** The last `seq` that `read` skipped and `scrub` has not verified yet; 0 when everything is verified. */
	readonly unverified: number;
	readonly segments: Segments;
	/**
	 * Every durable entry from the first, or after a position, verified. A log
	 * must be read to its end before `listen`: that finds the end and cuts off
	 * a torn tail. Throws if the log has rotted or does not continue from the
	 * position.
	 */
	read(after?: LogPosition): AsyncIterable<readonly Stored[]>;
	/** Verifies in the background what `read` skipped. Rejects if that has rotted; resolves early when the log is closed. */
	scrub(): Promise<void>;
	/** Sets the listener; must be called once, before the first `append`. */
	listen(listener: LogListener): void;
	/** Appends the entries of one command atomically: all become durable, or none. Throws if closed, frozen or failed. */
	append(entries: readonly Entry[]): void;
	/** Commits what was appended, then closes the files. */
	close(): Promise<void>;
}
