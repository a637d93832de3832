/** The port to the index: what `SearchIndex` asks of a database in a worker, or in its own process. */
import type { Cursor, EventSpan } from "../log/log.ts";

/** How far the log is indexed. */
export interface IndexedEnd extends Cursor {
	readonly segment: number;
}

/** A line of the log that has, or had, the words of a message. */
export interface Row extends EventSpan {
	readonly room: string;
	/** The incarnation that the room was opened with. */
	readonly origin: string;
	/** The offset of the message, also where the line is an edit of it. */
	readonly offset: number;
	/** When the line was written. */
	readonly time: number;
	readonly name: string;
	readonly identity: string;
	/** Absent if it was erased. */
	readonly text?: string | undefined;
	readonly replyTo?: number | undefined;
	readonly isEdit: boolean;
}

/** A line whose text is gone from the log, with that text if it is still known. */
export interface Wipe {
	readonly seq: number;
	readonly text?: string | undefined;
}

/** What is stored at once, or not at all. */
export interface Batch {
	readonly rows: readonly Row[];
	readonly wipes: readonly Wipe[];
	/** Absent if the batch is not about the end of what is indexed. */
	readonly end?: IndexedEnd;
}

export interface Wanted {
	/** In the syntax of FTS5; it has no words as they were typed. */
	readonly match: string;
	/** Only lines of public rooms and of these, if that is not in the match. */
	readonly ownRooms?: readonly string[] | undefined;
	/** Beginnings of words in `match` that have no index of their own. */
	readonly beginnings?: readonly string[];
	/** Days since 1970, in UTC. */
	readonly after?: number | undefined;
	readonly before?: number | undefined;
	/** Only lines before this one. */
	readonly below?: number | undefined;
	readonly limit: number;
}

/** A line that matches, without its text; its time is when the message was said. */
export type Hit = Omit<Row, "identity" | "text" | "replyTo" | "isEdit">;

/** Every method may reject; then nothing was changed, and `begin` comes next. */
export interface SearchStore {
	/** Opens the index of a log. Resolves with its end; undefined if there is none, or of another log or format. */
	begin(log: string): Promise<IndexedEnd | undefined>;
	/** Resolves with false, and changes nothing, if a text to be wiped is in the index and not known any more. */
	apply(batch: Batch): Promise<boolean>;
	/** The newest lines first; undefined if too many words share the beginnings. */
	find(wanted: Wanted): Promise<readonly Hit[] | undefined>;
	/** Deletes the index. */
	reset(): Promise<void>;
	close(): Promise<void>;
}
