/**
 * Group commit, for any kind of storage. Entries are ordered at once. They
 * wait for a moment, and while the batch before them is being stored, and are
 * then stored and published as one batch. So batches grow with the load:
 * publishing costs a socket write for every reader, which is most of a
 * server's work.
 *
 * When the storage is full, the log freezes and tries the same batch again
 * every second. Any other failure of the storage ends the log at once.
 */
import type { Clock } from "../clock.ts";
import { asError } from "./cache.ts";
import { DiskFull } from "./disk.ts";
import { type Draft, draft } from "./line.ts";
import type {
	BatchFigures,
	Entry,
	LogListener,
	LogPosition,
	Stored,
} from "./log.ts";

const RETRY_MS = 1000;
const BATCH_BYTES = 128 * 1024;
/** A log is busy while it spends more than a fifth of its time publishing. */
const IDLE_PER_PUBLISH = 4;

export interface GroupCommitOptions {
	readonly clock: Clock;
	/** How large a batch may grow. The entries of one `append` are never divided. */
	readonly batchBytes?: number;
	/**
	 * Waits before a batch is stored, so that more entries can join it.
	 * `publishMs` is how long publishing the last batch took if the log is busy
	 * publishing, else 0.
	 */
	readonly linger?: (publishMs: number) => Promise<void>;
}

/** An encoded batch. */
export interface Prepared {
	readonly bytes: Uint8Array;
	/** Each call tries to make all of it durable. It may be called again only after `DiskFull`. */
	store(): Promise<void>;
}

/** A batch was not stored, and never will be, since another node decides now. */
export class Deposed extends Error {
	override readonly name = "Deposed";
}

export abstract class GroupCommit {
	/** The last ordered `seq`; 0 when empty. */
	ordered = 0;
	/** The last durable `seq`. */
	committed = 0;
	frozen = false;
	/** Hears of each batch that was published. */
	readonly onBatch = new Set<(figures: BatchFigures) => void>();
	readonly #clock: Clock;
	readonly #batchBytes: number;
	readonly #linger: (publishMs: number) => Promise<void>;
	#listener: LogListener | undefined;
	#read = false;
	#ordering = false;
	#failure: Error | undefined;
	#closing: Promise<void> | undefined;
	/** Entries for the next batch, by `append`. */
	#waiting: Draft[][] = [];
	#waitingBytes = 0;
	#flushing: Promise<void> | undefined;
	/** How long publishing the last batch took, and when it was done, by the clock. */
	#publishMs = 0;
	#publishedAt = 0;
	#stopWaiting = () => {};

	constructor({ clock, batchBytes, linger }: GroupCommitOptions) {
		this.#clock = clock;
		this.#batchBytes = batchBytes ?? BATCH_BYTES;
		this.#linger = linger ?? (async () => {});
	}

	/** Reads the storage; see `read`. */
	protected abstract readStored(
		after?: LogPosition,
	): AsyncIterable<readonly Stored[]>;
	/** Encodes a batch, which may then be stored. */
	protected abstract prepare(batch: readonly Draft[]): Prepared;
	/** Closes the storage. */
	protected abstract release(): Promise<void>;

	/**
	 * Every durable entry from the first, or after a position, verified. A log
	 * must be read to its end before `listen`: that finds the end and cuts off
	 * a torn tail. Throws if the log has rotted or does not continue from the
	 * position.
	 */
	async *read(after?: LogPosition): AsyncGenerator<readonly Stored[], void> {
		if (this.#listener) throw new Error("the log is being written to");
		this.#read = false;
		let last = after?.seq ?? 0;
		for await (const some of this.readStored(after)) {
			last = some.at(-1)?.seq ?? last;
			yield some;
		}
		this.ordered = last;
		this.committed = last;
		this.#read = true;
	}

	/** Sets the listener; must be called once, before the first `append`. */
	listen(listener: LogListener): void {
		if (!this.#read) throw new Error("the log has not been read");
		if (this.#listener) throw new Error("the log has a listener");
		this.#listener = listener;
	}

	/** Appends the entries of one command atomically: all become durable, or none. Throws if closed, frozen or failed. */
	append(entries: readonly Entry[]): void {
		const listener = this.#writable();
		const before = this.ordered;
		// Spelt out: a spread takes a microsecond.
		const drafts = entries.map(({ event, erasable }, index) => {
			const seq = before + index + 1;
			return draft(erasable ? { seq, event, erasable } : { seq, event });
		});
		this.#ordering = true;
		try {
			for (const { stored } of drafts) {
				this.ordered = stored.seq;
				listener.onOrdered(stored);
			}
		} catch (error) {
			this.ordered = before;
			throw error;
		} finally {
			this.#ordering = false;
		}
		if (drafts.length === 0) return;
		this.#waiting.push(drafts);
		for (const { bytes } of drafts) this.#waitingBytes += bytes;
		this.#flushing ??= this.#flush(listener);
	}

	/** Another node decides now. What is being stored finds that out by itself. */
	depose(): void {
		if (!this.#flushing && this.#listener) this.#drop(this.#listener);
	}

	#drop(listener: LogListener): void {
		this.ordered = this.committed;
		this.#waiting = [];
		this.#waitingBytes = 0;
		this.#flushing = undefined;
		listener.onDeposed?.();
	}

	/** Publishes entries that another log has made durable. */
	protected publish(entries: readonly Stored[]): void {
		const last = entries.at(-1)?.seq;
		if (last === undefined) return;
		for (const stored of entries) {
			this.ordered = stored.seq;
			this.#listener?.onOrdered(stored);
		}
		this.committed = last;
		this.#listener?.onCommitted(last);
	}

	/** Commits what was appended, then closes the files. A frozen log tries its batch once more and then gives it up. */
	close(): Promise<void> {
		this.#closing ??= Promise.resolve()
			.then(() => this.#flushing)
			.then(() => this.release());
		this.#stopWaiting();
		return this.#closing;
	}

	protected get isClosing(): boolean {
		return this.#closing !== undefined;
	}

	#writable(): LogListener {
		if (this.#failure)
			throw new Error("the log has failed", { cause: this.#failure });
		if (this.isClosing) throw new Error("the log is closed");
		if (this.frozen) throw new Error("the log is frozen");
		if (this.#ordering) throw new Error("onOrdered must not append");
		if (!this.#listener) throw new Error("the log has no listener");
		return this.#listener;
	}

	async #flush(listener: LogListener): Promise<void> {
		while (this.#waiting.length > 0) {
			await this.#gather();
			const batch = this.#nextBatch();
			const begunAt = this.#clock.now();
			let bytes: Uint8Array;
			try {
				const prepared = this.prepare(batch);
				bytes = prepared.bytes;
				await this.untilStored(() => prepared.store());
			} catch (error) {
				if (error instanceof DiskFull) return;
				if (error instanceof Deposed) {
					this.#drop(listener);
					return;
				}
				this.#failure = asError(error);
				listener.onFatal(this.#failure);
				return;
			}
			this.committed += batch.length;
			this.unfreeze();
			const from = this.#clock.now();
			listener.onCommitted(this.committed);
			this.#publishedAt = this.#clock.now();
			const publishMs = this.#publishedAt - from;
			this.#publishMs = publishMs;
			const figures = { batch, bytes, storeMs: from - begunAt, publishMs };
			for (const hear of this.onBatch) hear(figures);
		}
		this.#flushing = undefined;
	}

	/** Lets entries that are about to be appended join the batch. A full batch does not wait. */
	#gather(): Promise<void> {
		if (this.#waitingBytes >= this.#batchBytes) return Promise.resolve();
		const idleMs = this.#clock.now() - this.#publishedAt;
		const isBusy = idleMs < IDLE_PER_PUBLISH * this.#publishMs;
		return this.#linger(isBusy ? this.#publishMs : 0);
	}

	#nextBatch(): Draft[] {
		let count = 0;
		let bytes = 0;
		for (const drafts of this.#waiting) {
			for (const draft of drafts) bytes += draft.bytes;
			if (count > 0 && bytes > this.#batchBytes) break;
			count++;
		}
		const batch = this.#waiting.splice(0, count).flat();
		for (const { bytes } of batch) this.#waitingBytes -= bytes;
		return batch;
	}

	/** Tries until there is room; then call `unfreeze`. Rejects with `DiskFull` only if the log is closed before. */
	protected async untilStored(store: () => Promise<void>): Promise<void> {
		for (;;) {
			try {
				return await store();
			} catch (error) {
				if (!(error instanceof DiskFull) || this.isClosing) throw error;
				if (!this.frozen) {
					this.frozen = true;
					this.#listener?.onFrozen(error);
				}
				await this.#rest(RETRY_MS);
			}
		}
	}

	protected unfreeze(): void {
		if (!this.frozen) return;
		this.frozen = false;
		this.#listener?.onThawed();
	}

	/** A pause that `close` cuts short. */
	#rest(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const cancel = this.#clock.after(ms, resolve);
			this.#stopWaiting = () => {
				cancel();
				resolve();
			};
		});
	}
}
