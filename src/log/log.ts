/**
 * The event log, from which all state is derived, and what goes in and out of
 * it.
 *
 * A log has two watermarks. *Ordered*: an entry has its seq, and the machines
 * may evolve. *Committed*: it is durable, and its consequences may be
 * published.
 */
import type { Erasable, PlumeEvent } from "../../machines/events.ts";

export type { FileLog as Log } from "./file-log.ts";

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
	/** Another node decides now: what is ordered and not committed has not happened. */
	onDeposed?(): void;
	/** Durability is no longer certain (EIO, a failed sync). The process must stop at once. */
	onFatal(error: Error): void;
}

/** A batch that was published. */
export interface BatchFigures {
	readonly batch: readonly { readonly stored: Stored }[];
	/** Its lines, after the header of a new segment if it begins one. */
	readonly bytes: Uint8Array;
	/** How long it took to write and sync it, and then to publish it. */
	readonly storeMs: number;
	readonly publishMs: number;
}

/** The byte range of an entry in its segment, newline included. */
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

interface ScannedEntry {
	readonly stored: Stored;
	readonly span: Span;
	/** Its text is there, but not as it was written: it has rotted, or is just being overwritten. */
	readonly isBroken: boolean;
}

export interface ScanChunk {
	readonly entries: readonly ScannedEntry[];
	readonly end: Cursor;
}
