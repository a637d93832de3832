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

export interface Log {
	/** 128 random bits, base64url: made with the log, and in every segment's header. */
	readonly id: string;
	/** The last ordered `seq`; 0 when empty. */
	readonly ordered: number;
	/** The last durable `seq`. */
	readonly committed: number;
	readonly frozen: boolean;
	/** Every durable entry from the first, verified. Before `listen` only. */
	read(): AsyncIterable<Stored>;
	/** Names who hears of progress; must be called once, before the first `append`. */
	listen(listener: LogListener): void;
	/** Appends what one command decided: all of it becomes durable, or none. Throws if closed, frozen or failed. */
	append(entries: readonly Entry[]): void;
	/** Commits what it has, then lets go of its files. */
	close(): Promise<void>;
}
