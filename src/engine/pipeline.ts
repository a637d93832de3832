/**
 * The two watermarks. What is appended moves the machines as soon as it is
 * *ordered*; what follows from it is let out when it is *committed*. Visible
 * means durable, for a refusal as much as for a message.
 *
 * An exception in here is a bug or a dead log. Nothing more may be promised
 * then, so it stops for good, and whoever runs it must end the process.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Server } from "../chat/server.ts";
import type { Entry, Log, LogListener, Stored } from "../log/log.ts";
import type { Snapshotter } from "./snapshotter.ts";
import type { State } from "./state.ts";
import type { Visit } from "./visit.ts";

/** What the engine does at the pipeline's turning points. */
export interface PipelineHooks {
	/** A logged event is durable: what became visible by it may be seen. */
	onDurable(event: PlumeEvent, item: Item | undefined): void;
	onFrozen(error: Error): void;
	onThawed(): void;
	onFatal(error: Error): void;
}

export class Pipeline implements LogListener {
	readonly #log: Log;
	readonly #state: State;
	readonly #server: Server;
	readonly #snapshotter: Snapshotter;
	readonly #hooks: PipelineHooks;
	#outputs: { readonly at: number; readonly release: () => void }[] = [];
	#deferred: (() => void)[] = [];
	#stopping = false;
	#stopped = false;

	constructor(
		log: Log,
		state: State,
		server: Server,
		snapshotter: Snapshotter,
		hooks: PipelineHooks,
	) {
		this.#log = log;
		this.#state = state;
		this.#server = server;
		this.#snapshotter = snapshotter;
		this.#hooks = hooks;
		log.listen(this);
	}

	get stopping(): boolean {
		return this.#stopping;
	}

	get frozen(): boolean {
		return this.#log.frozen;
	}

	/** Makes it so: all of it, in this order, or nothing. */
	append(...entries: readonly Entry[]): void {
		if (entries.length > 0) this.#log.append(entries);
	}

	/** Tells a visitor something, once what it was decided on is durable. */
	tell(visit: Visit, put: () => void): void {
		this.whenDurable(() => {
			if (!visit.gone) put();
		});
	}

	/**
	 * Runs once all that was decided so far is durable. A frozen log can't be
	 * waited for; what is said then gives nothing away.
	 */
	whenDurable(release: () => void): void {
		if (this.#log.frozen) {
			release();
			this.#server.dispatch();
			return;
		}
		this.#outputs.push({ at: this.#log.ordered, release });
		this.#releaseUpTo(this.#log.committed);
	}

	/** Runs now, or as soon as the disk takes writes again; never after a stop. */
	whenWritable(task: () => void): void {
		if (this.#stopping) return;
		if (this.#log.frozen) this.#deferred.push(task);
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
		await this.#log.close();
		await this.#snapshotter.settle();
		this.#stopped = true;
	}

	onOrdered(stored: Stored): void {
		const item = this.#state.apply(stored);
		const release = () => this.#hooks.onDurable(stored.event, item);
		this.#outputs.push({ at: stored.seq, release });
	}

	onGathered(seq: number): void {
		this.#snapshotter.onGathered(seq);
	}

	onCommitted(seq: number): void {
		this.#snapshotter.onCommitted(seq);
		this.guarded(() => this.#releaseUpTo(seq));
	}

	onFrozen(error: Error): void {
		this.#hooks.onFrozen(error);
	}

	onThawed(): void {
		const tasks = this.#deferred;
		this.#deferred = [];
		for (const task of tasks) this.guarded(task);
		this.#hooks.onThawed();
	}

	onFatal(error: Error): void {
		this.#stopping = true;
		this.#stopped = true;
		this.#hooks.onFatal(error);
	}

	#releaseUpTo(committed: number): void {
		const waiting = this.#outputs.findIndex(({ at }) => at > committed);
		const count = waiting < 0 ? this.#outputs.length : waiting;
		if (count === 0) return;
		for (const { release } of this.#outputs.splice(0, count)) release();
		this.#server.dispatch();
	}
}
