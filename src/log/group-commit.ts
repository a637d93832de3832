/**
 * The two watermarks of a log, over whatever keeps it: entries are ordered at
 * once, gather while the batch before them is being stored, and are stored
 * together. So batches grow with the load. A busy log may gather a little
 * longer: each batch costs every reader a write to a socket, which is most of
 * what a server does.
 *
 * A store that is full for now freezes the log: the same batch is tried again
 * every second. A store that fails in any other way ends the log at once.
 */
import type { Clock } from "../clock.ts";
import { DiskFull } from "./disk.ts";
import { type Draft, draft } from "./line.ts";
import type { Entry, Log, LogListener, Mark, Segments, Stored } from "./log.ts";

const RETRY_MS = 1000;
/** A log that kept nothing for so long is not busy. */
const PAUSE_MS = 20;

/** Where batches are kept. */
export interface Store {
	readonly id: string;
	readonly mark: Mark | undefined;
	readonly segments: Segments;
	read(after?: Mark): AsyncIterable<readonly Stored[]>;
	scrub(): Promise<void>;
	/**
	 * Prepares a batch: each call of the answer tries to make all of it
	 * durable, or nothing. It may be called again only after `DiskFull`.
	 */
	prepare(batch: readonly Draft[]): () => Promise<void>;
	close(): Promise<void>;
}

export interface GroupCommitOptions {
	readonly store: Store;
	readonly clock: Clock;
	/** How large a batch may grow; what one `append` brings is never divided. */
	readonly batchBytes: number;
	/** What a busy log waits for before a batch, so that others may join it. */
	readonly gather?: (() => Promise<void>) | undefined;
}

export class GroupCommit implements Log {
	ordered = 0;
	committed = 0;
	frozen = false;
	readonly #options: GroupCommitOptions;
	#listener: LogListener | undefined;
	#read = false;
	#ordering = false;
	#failure: Error | undefined;
	#closing: Promise<void> | undefined;
	/** What is gathering: the entries of each `append`. */
	#waiting: Draft[][] = [];
	#flushing: Promise<void> | undefined;
	/** When the last batch was kept, by the clock. */
	#kept = 0;
	#stopWaiting = () => {};

	constructor(options: GroupCommitOptions) {
		this.#options = options;
	}

	get id(): string {
		return this.#options.store.id;
	}

	get mark(): Mark | undefined {
		return this.#options.store.mark;
	}

	get segments(): Segments {
		return this.#options.store.segments;
	}

	async *read(after?: Mark): AsyncGenerator<readonly Stored[], void> {
		if (this.#listener) throw new Error("the log is being written to");
		this.#read = false;
		let last = after?.seq ?? 0;
		for await (const some of this.#options.store.read(after)) {
			last = some.at(-1)?.seq ?? last;
			yield some;
		}
		this.ordered = last;
		this.committed = last;
		this.#read = true;
	}

	scrub(): Promise<void> {
		return this.#options.store.scrub();
	}

	listen(listener: LogListener): void {
		if (!this.#read) throw new Error("the log has not been read");
		if (this.#listener) throw new Error("the log has a listener");
		this.#listener = listener;
	}

	append(entries: readonly Entry[]): void {
		const listener = this.#writable();
		const before = this.ordered;
		const drafts = entries.map((entry, index) =>
			draft({ ...entry, seq: before + index + 1 }),
		);
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
		// Not at once: all that this turn appends can share a batch.
		this.#flushing ??= Promise.resolve().then(() => this.#flush(listener));
	}

	/** A frozen log tries once more and gives up: what is not committed by then is not durable. */
	close(): Promise<void> {
		this.#closing ??= Promise.resolve()
			.then(() => this.#flushing)
			.then(() => this.#options.store.close());
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
		await this.#gather();
		while (this.#waiting.length > 0) {
			const batch = this.#nextBatch();
			if (this.#waiting.length === 0) listener.onGathered(this.ordered);
			try {
				await this.#keep(batch, listener);
			} catch (error) {
				if (error instanceof DiskFull) return;
				this.#failure = error instanceof Error ? error : Error(`${error}`);
				listener.onFatal(this.#failure);
				return;
			}
			this.committed += batch.length;
			this.#kept = this.#options.clock.now();
			if (this.frozen) {
				this.frozen = false;
				listener.onThawed();
			}
			listener.onCommitted(this.committed);
		}
		this.#flushing = undefined;
	}

	/** Only before the first batch: what comes while one is kept has waited long enough. */
	async #gather(): Promise<void> {
		const { clock, gather } = this.#options;
		const isBusy = clock.now() - this.#kept < PAUSE_MS;
		if (gather && isBusy && !this.#closing) await gather();
	}

	#nextBatch(): Draft[] {
		let count = 0;
		let bytes = 0;
		for (const drafts of this.#waiting) {
			for (const draft of drafts) bytes += draft.bytes;
			if (count > 0 && bytes > this.#options.batchBytes) break;
			count++;
		}
		return this.#waiting.splice(0, count).flat();
	}

	/** Rejects with `DiskFull` only when the log is closed before there is room. */
	async #keep(batch: readonly Draft[], listener: LogListener): Promise<void> {
		const attempt = this.#options.store.prepare(batch);
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
			const cancel = this.#options.clock.after(ms, resolve);
			this.#stopWaiting = () => {
				cancel();
				resolve();
			};
		});
	}
}
