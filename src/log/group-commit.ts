/**
 * The two watermarks of a log, over whatever keeps it: entries are ordered at
 * once, gather for a moment and while the batch before them is being stored,
 * and are stored and told together. So batches grow with the load: telling
 * costs every reader a write to a socket, which is most of what a server does.
 *
 * A store that is full for now freezes the log: the same batch is tried again
 * every second. A store that fails in any other way ends the log at once.
 */
import type { Clock } from "../clock.ts";
import { asError } from "./cache.ts";
import { DiskFull } from "./disk.ts";
import { type Draft, draft } from "./line.ts";
import type {
	Entry,
	Log,
	LogListener,
	LogPosition,
	Segments,
	Stored,
} from "./log.ts";

const RETRY_MS = 1000;
const BATCH_BYTES = 128 * 1024;
/** A log is busy while it spends more than a fifth of its time on telling. */
const IDLE_PER_TELLING = 4;

export interface GroupCommitOptions {
	readonly clock: Clock;
	/** How large a batch may grow; what one `append` brings is never divided. */
	readonly batchBytes?: number;
	/**
	 * What happens before a batch is stored, so that others may join it: a
	 * moment, or part of what telling took the last time, in milliseconds, if
	 * the log is busy with that.
	 */
	readonly linger?: (tellingMs: number) => Promise<void>;
}

export abstract class GroupCommit implements Log {
	ordered = 0;
	committed = 0;
	frozen = false;
	readonly #clock: Clock;
	readonly #batchBytes: number;
	readonly #linger: (tellingMs: number) => Promise<void>;
	#listener: LogListener | undefined;
	#read = false;
	#ordering = false;
	#failure: Error | undefined;
	#closing: Promise<void> | undefined;
	/** What is gathering: the entries of each `append`. */
	#waiting: Draft[][] = [];
	#waitingBytes = 0;
	#flushing: Promise<void> | undefined;
	/** How long telling took the last time, and when it was done, by the clock. */
	#tellingMs = 0;
	#quietSince = 0;
	#stopWaiting = () => {};

	constructor({ clock, batchBytes, linger }: GroupCommitOptions) {
		this.#clock = clock;
		this.#batchBytes = batchBytes ?? BATCH_BYTES;
		this.#linger = linger ?? (async () => {});
	}

	abstract get id(): string;
	abstract get position(): LogPosition | undefined;
	abstract get secret(): string | undefined;
	abstract nameSecret(fingerprint: string): void;
	abstract get unverified(): number;
	abstract readonly segments: Segments;
	abstract scrub(): Promise<void>;
	protected abstract readStored(
		after?: LogPosition,
	): AsyncIterable<readonly Stored[]>;
	/**
	 * Prepares a batch: each call of the answer tries to make all of it
	 * durable, or nothing. It may be called again only after `DiskFull`.
	 */
	protected abstract prepare(batch: readonly Draft[]): () => Promise<void>;
	/** Lets go of what it is kept in. */
	protected abstract release(): Promise<void>;

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

	listen(listener: LogListener): void {
		if (!this.#read) throw new Error("the log has not been read");
		if (this.#listener) throw new Error("the log has a listener");
		this.#listener = listener;
	}

	append(entries: readonly Entry[]): void {
		const listener = this.#writable();
		const before = this.ordered;
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

	/** A frozen log tries once more and gives up: what is not committed by then is not durable. */
	close(): Promise<void> {
		this.#closing ??= Promise.resolve()
			.then(() => this.#flushing)
			.then(() => this.release());
		this.#stopWaiting();
		return this.#closing;
	}

	#writable(): LogListener {
		if (this.#failure)
			throw new Error("the log has failed", { cause: this.#failure });
		if (this.#closing) throw new Error("the log is closed");
		if (this.frozen) throw new Error("the log is frozen");
		if (this.#ordering) throw new Error("onOrdered must not append");
		if (!this.#listener) throw new Error("the log has no listener");
		return this.#listener;
	}

	async #flush(listener: LogListener): Promise<void> {
		while (this.#waiting.length > 0) {
			await this.#gather();
			const batch = this.#nextBatch();
			try {
				await this.#keep(batch, listener);
			} catch (error) {
				if (error instanceof DiskFull) return;
				this.#failure = asError(error);
				listener.onFatal(this.#failure);
				return;
			}
			this.committed += batch.length;
			if (this.frozen) {
				this.frozen = false;
				listener.onThawed();
			}
			const from = this.#clock.now();
			listener.onCommitted(this.committed);
			this.#quietSince = this.#clock.now();
			this.#tellingMs = this.#quietSince - from;
		}
		this.#flushing = undefined;
	}

	/** What this turn appends can share a batch, and what has arrived already; but a full batch waits for nothing. */
	#gather(): Promise<void> {
		if (this.#waitingBytes >= this.#batchBytes) return Promise.resolve();
		const idleMs = this.#clock.now() - this.#quietSince;
		const isBusy = idleMs < IDLE_PER_TELLING * this.#tellingMs;
		return this.#linger(isBusy ? this.#tellingMs : 0);
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

	/** Rejects with `DiskFull` only when the log is closed before there is room. */
	async #keep(batch: readonly Draft[], listener: LogListener): Promise<void> {
		const attempt = this.prepare(batch);
		for (;;) {
			try {
				return await attempt();
			} catch (error) {
				if (!(error instanceof DiskFull) || this.#closing) throw error;
				if (!this.frozen) {
					this.frozen = true;
					listener.onFrozen(error);
				}
				await this.#rest(RETRY_MS);
			}
		}
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
