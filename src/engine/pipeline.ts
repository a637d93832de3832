/**
 * The two watermarks. An event changes the state as soon as it is *ordered*;
 * its outputs are released when it is *committed*. So nothing is visible that
 * is not durable: no message, and no refusal either.
 *
 * An exception in here is a bug or a dead log. The pipeline stops for good
 * then, since nothing more can be promised, and the process must end.
 */
import {
	isOverwriting,
	type Overwriting,
	type PlumeEvent,
} from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import { asError } from "../log/cache.ts";
import type { Entry, LogListener, Stored } from "../log/log.ts";
import { type Connection, sameAsNow } from "./connection.ts";
import { evolve, visibleItem } from "./evolve.ts";
import type { Step } from "./fold.ts";
import { type EngineParts, leads } from "./parts.ts";
import type { Snapshotter } from "./snapshotter.ts";
import type { State } from "./state.ts";

/** What the engine does at the pipeline's turning points. */
export interface PipelineHooks {
	/** An event is ordered. Nothing may be appended in here. */
	onOrdered(event: PlumeEvent): void;
	/** An event is committed: its item may be seen. */
	onCommitted(step: Step, item: Item | undefined): void;
	/** Another node decides now. */
	onDeposed?(): void;
	/** Overwrites texts. The event's outputs are released if it resolves with true. */
	onOverwriting(event: Overwriting): Promise<boolean>;
	onFrozen(error: Error): void;
	onThawed(): void;
}

export interface PipelineParts
	extends Pick<
		EngineParts,
		"log" | "states" | "server" | "report" | "onFatal" | "cluster"
	> {
	readonly snapshotter: Snapshotter;
	readonly hooks: PipelineHooks;
}

/** High-water mark, in events: about one second of load on a nearly saturated core. */
const HIGH_WATER = 5000;

interface Output {
	/** The seq that must be committed before the output is released. */
	readonly at: number;
	readonly release: () => void;
	/** The state after the event whose output it is. */
	readonly after?: State | undefined;
	/** Must be done before that too. Resolves with false if the output is never to be released. */
	readonly first?: () => Promise<boolean>;
}

export class Pipeline implements LogListener {
	readonly #parts: PipelineParts;
	#outputs: Output[] = [];
	/** Outputs that wait for events which this node does not have yet, in their order. */
	#ahead: Output[] = [];
	/** The last seq that the log has reported as committed. */
	#committed: number;
	/** Erasures that are being carried out: snapshots and a stop wait for them. */
	readonly #waiting = new Set<Promise<void>>();
	#holding = false;
	#releasing = false;
	#skipsFinalSnapshot = false;
	#deferred: (() => void)[] = [];
	#stopping = false;
	#stopped = false;

	constructor(parts: PipelineParts) {
		this.#parts = parts;
		this.#committed = parts.log.committed;
		parts.log.listen(this);
	}

	get stopping(): boolean {
		return this.#stopping;
	}

	/** Whether nothing can be appended for now: the disk is full, or another node decides. */
	get frozen(): boolean {
		return this.#parts.log.frozen || !leads(this.#parts);
	}

	/** Whether so much is ordered and not committed that nothing more should be received. */
	get isBehind(): boolean {
		const { log } = this.#parts;
		return !log.frozen && log.ordered - this.#committed > HIGH_WATER;
	}

	/** Appends entries: all of them, in this order, or none. */
	append(entries: readonly Entry[]): void {
		if (entries.length > 0) this.#parts.log.append(entries);
	}

	/** Answers a connection, once everything that the answer was decided on is durable, unless it speaks for somebody else by then. */
	tell(connection: Connection, put: () => void): void {
		const isSame = sameAsNow(connection);
		this.whenDurable(() => {
			if (isSame()) put();
		});
	}

	/**
	 * Runs once everything decided so far is durable. A frozen log can't be
	 * waited for; the refusals sent then reveal nothing.
	 */
	whenDurable(release: () => void) {
		if (!this.#parts.log.frozen) return this.afterwards(release);
		release();
		this.#parts.server.dispatch();
	}

	/** Runs when everything ordered by now, up to `seq`, is committed and its outputs were released. */
	afterwards(release: (seq: number) => void): void {
		const at = this.#parts.log.ordered;
		this.#outputs.push({ at, release: () => release(at) });
		this.#release();
	}

	/** Runs once everything up to a seq that another node named is committed here, and its outputs were released. */
	after(seq: number, release: () => void): void {
		if (seq <= this.#parts.log.ordered) this.afterwards(release);
		else {
			const next = this.#ahead.findIndex(({ at }) => at > seq);
			const index = next < 0 ? this.#ahead.length : next;
			this.#ahead.splice(index, 0, { at: seq, release });
		}
	}

	/** Lets snapshots and a stop wait for a task. A failure of it is fatal. */
	waitFor(task: Promise<void>): Promise<void> {
		const done = task
			.catch((error: unknown) => this.onFatal(asError(error)))
			.finally(() => this.#waiting.delete(done));
		this.#waiting.add(done);
		return done;
	}

	/** Call when work is left to the next start: that must read the log to find it. */
	skipFinalSnapshot(): void {
		this.#skipsFinalSnapshot = true;
	}

	/** Runs now, or when the disk takes writes again; never after a stop. */
	whenWritable(task: () => void): void {
		if (this.#stopping || !leads(this.#parts)) return;
		if (this.#parts.log.frozen) this.#deferred.push(task);
		else this.guarded(task);
	}

	/** Runs now; an exception is fatal. */
	guarded(task: () => void): void {
		if (this.#stopped) return;
		try {
			task();
		} catch (error) {
			this.onFatal(asError(error));
		}
	}

	/** Commits what is ordered, releases its outputs, and accepts nothing more. */
	async stop(): Promise<void> {
		this.#stopping = true;
		await this.#parts.log.close();
		while (this.#waiting.size > 0) await Promise.all(this.#waiting);
		await this.#parts.snapshotter.settle();
		if (!this.#skipsFinalSnapshot) await this.#parts.snapshotter.takeLast();
		this.#stopped = true;
	}

	onOrdered(stored: Stored): void {
		const { states, hooks } = this.#parts;
		const { seq: at, event } = stored;
		const before = states.ordered;
		const after = evolve(before, event);
		states.ordered = after;
		hooks.onOrdered(event);
		const item = visibleItem(before, after, stored);
		const release = () => {
			states.committed = after;
			hooks.onCommitted({ stored, before, after }, item);
		};
		if (isOverwriting(event)) {
			const first = () => hooks.onOverwriting(event);
			this.#outputs.push({ at, release, after, first });
		} else this.#outputs.push({ at, release, after });
		for (let next = this.#ahead[0]; next?.at === at; [next] = this.#ahead) {
			this.#outputs.push(next);
			this.#ahead.shift();
		}
	}

	onCommitted(seq: number): void {
		this.#committed = seq;
		this.guarded(() => this.#release());
		if (this.#waiting.size === 0) this.#parts.snapshotter.onCommitted(seq);
	}

	onFrozen(error: Error): void {
		this.#parts.hooks.onFrozen(error);
	}

	onThawed(): void {
		if (this.#stopping) return;
		const tasks = this.#deferred;
		this.#deferred = [];
		for (const task of tasks) this.guarded(task);
		this.#parts.hooks.onThawed();
		this.#parts.report.info({}, "the disk takes writes again: going on");
	}

	onDeposed(): void {
		const { states, hooks } = this.#parts;
		this.#outputs = this.#outputs.filter(({ at }) => at <= this.#committed);
		// An erasure may hold back the outputs of what is committed.
		const latest = this.#outputs.findLast(({ after }) => after);
		states.ordered = latest?.after ?? states.committed;
		this.#ahead = [];
		hooks.onDeposed?.();
	}

	onFatal(error: Error): void {
		this.#stopping = true;
		this.#stopped = true;
		this.#parts.onFatal(error);
	}

	#release(): void {
		// An output may add others: they take their turn.
		if (this.#holding || this.#releasing) return;
		this.#releasing = true;
		let count = this.#releasable;
		const isAny = count > 0;
		for (; count > 0; count = this.#releasable)
			for (const { release } of this.#outputs.splice(0, count)) release();
		this.#releasing = false;
		if (isAny) this.#parts.server.dispatch();
		const [next] = this.#outputs;
		const isNext = next?.first && next.at <= this.#committed;
		if (isNext && !this.#holding) this.#hold(next);
	}

	/** How many outputs can be released, from the first on. */
	get #releasable(): number {
		const waiting = this.#outputs.findIndex(
			({ at, first }) => at > this.#committed || first,
		);
		return waiting < 0 ? this.#outputs.length : waiting;
	}

	/** Waits for what an output needs first. The outputs behind it wait as well: everyone sees one order. */
	#hold({ at, release, after, first = async () => true }: Output): void {
		this.#holding = true;
		void this.waitFor(
			first().then((isDone) => {
				if (!isDone || this.#stopped) return;
				this.#holding = false;
				this.#outputs[0] = { at, release, after };
				this.guarded(() => this.#release());
			}),
		);
	}
}
