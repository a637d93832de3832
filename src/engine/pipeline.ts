/**
 * The two watermarks. What is appended moves the machines as soon as it is
 * *ordered*; what follows from it is let out when it is *committed*. Visible
 * means durable, for a refusal as much as for a message.
 *
 * An exception in here is a bug or a dead log. Nothing more may be promised
 * then, so it stops for good, and whoever runs it must end the process.
 */
import type { MessageErased, PlumeEvent } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Server } from "../chat/server.ts";
import type { Entry, Log, LogListener, Stored } from "../log/log.ts";
import type { Connection } from "./connection.ts";
import { evolve, visibleItem } from "./evolve.ts";
import type { Step } from "./fold.ts";
import type { States } from "./parts.ts";
import type { Snapshotter } from "./snapshotter.ts";

/** What the engine does at the pipeline's turning points. */
export interface PipelineHooks {
	/** An event is ordered. Nothing may be appended in here. */
	onOrdered(event: PlumeEvent): void;
	/** An event is committed: what became visible by it may be seen. */
	onCommitted(step: Step, item: Item | undefined): void;
	/** What was said is to be overwritten; what the event shows is let out if that is done. */
	onErased(event: MessageErased): Promise<boolean>;
	onFrozen(error: Error): void;
	onThawed(): void;
	onFatal(error: Error): void;
}

export interface PipelineParts {
	readonly log: Log;
	readonly states: States;
	readonly server: Server;
	readonly snapshotter: Snapshotter;
	readonly hooks: PipelineHooks;
}

/** What a second brings where a core is all but busy: while less is waiting, to take in more costs nothing. */
const MOST_UNTOLD = 5000;

/** What waits for a position, and perhaps for something that must be done before. */
interface Output {
	readonly at: number;
	readonly release: () => void;
	readonly first?: () => Promise<boolean>;
}

export class Pipeline implements LogListener {
	readonly #parts: PipelineParts;
	#outputs: Output[] = [];
	/** As much of what is committed as the log has told. */
	#told: number;
	/** What is being overwritten: snapshots and a stop wait for it. */
	readonly #waiting = new Set<Promise<void>>();
	#holding = false;
	#skipsFinalSnapshot = false;
	#deferred: (() => void)[] = [];
	#stopping = false;
	#stopped = false;

	constructor(parts: PipelineParts) {
		this.#parts = parts;
		this.#told = parts.log.committed;
		parts.log.listen(this);
	}

	get stopping(): boolean {
		return this.#stopping;
	}

	get frozen(): boolean {
		return this.#parts.log.frozen;
	}

	/** Whether so much is ordered and not told that nothing more should be taken in first. */
	get isBehind(): boolean {
		return !this.frozen && this.#parts.log.ordered - this.#told > MOST_UNTOLD;
	}

	/** Makes it so: all of it, in this order, or nothing. */
	append(...entries: readonly Entry[]): void {
		if (entries.length > 0) this.#parts.log.append(entries);
	}

	/** Tells a visitor something, once what it was decided on is durable. */
	tell(connection: Connection, put: () => void): void {
		this.whenDurable(() => {
			if (!connection.gone) put();
		});
	}

	/**
	 * Runs once all that was decided so far is durable. A frozen log can't be
	 * waited for; what is said then gives nothing away.
	 */
	whenDurable(release: () => void): void {
		if (this.#parts.log.frozen) {
			release();
			this.#parts.server.dispatch();
			return;
		}
		this.afterwards(release);
	}

	/** Runs a task when all that is ordered now, up to the `seq` it hears, is durable, and was told. */
	afterwards(release: (seq: number) => void): void {
		const at = this.#parts.log.ordered;
		this.#outputs.push({ at, release: () => release(at) });
		this.#releaseUpTo(this.#told);
	}

	/** Takes no snapshot until this is done; a failure is fatal. */
	waitFor(task: Promise<void>): Promise<void> {
		const done = task
			.catch((error: unknown) =>
				this.onFatal(error instanceof Error ? error : Error(`${error}`)),
			)
			.finally(() => this.#waiting.delete(done));
		this.#waiting.add(done);
		return done;
	}

	/** Something is left to the next start, which finds it in the log: so it must read that. */
	skipFinalSnapshot(): void {
		this.#skipsFinalSnapshot = true;
	}

	/** Runs now, or as soon as the disk takes writes again; never after a stop. */
	whenWritable(task: () => void): void {
		if (this.#stopping) return;
		if (this.#parts.log.frozen) this.#deferred.push(task);
		else this.guarded(task);
	}

	/** Runs a task; what it throws is fatal. */
	guarded(task: () => void): void {
		if (this.#stopped) return;
		try {
			task();
		} catch (error) {
			this.onFatal(error instanceof Error ? error : new Error(String(error)));
		}
	}

	/** Commits what it has, lets out what that sets free, and accepts nothing more. */
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
		if (event.type === "message.erased") {
			const first = () => hooks.onErased(event);
			this.#outputs.push({ at, release, first });
		} else this.#outputs.push({ at, release });
	}

	onCommitted(seq: number): void {
		this.#told = seq;
		this.guarded(() => this.#releaseUpTo(seq));
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
	}

	onFatal(error: Error): void {
		this.#stopping = true;
		this.#stopped = true;
		this.#parts.hooks.onFatal(error);
	}

	#releaseUpTo(committed: number): void {
		if (this.#holding) return;
		const waiting = this.#outputs.findIndex(
			({ at, first }) => at > committed || first,
		);
		const count = waiting < 0 ? this.#outputs.length : waiting;
		const next = this.#outputs[count];
		if (count > 0) {
			for (const { release } of this.#outputs.splice(0, count)) release();
			this.#parts.server.dispatch();
		}
		if (next?.first && next.at <= committed) this.#hold(next);
	}

	/** Everything behind it waits as well: what is seen is in one order. */
	#hold({ at, release, first = async () => true }: Output): void {
		this.#holding = true;
		void this.waitFor(
			first().then((isDone) => {
				if (!isDone || this.#stopped) return;
				this.#holding = false;
				this.#outputs[0] = { at, release };
				this.guarded(() => this.#releaseUpTo(this.#told));
			}),
		);
	}
}
