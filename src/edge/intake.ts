/**
 * How much the server takes in. Where more comes than can be told, each turn
 * of the event loop reads all that has come in the turn before, so the next
 * one takes longer, until nothing is told any more. So nothing is read while
 * too much waits to be told: what is sent meanwhile waits in the network, and
 * then with whoever sends it.
 */

/** A socket, as far as reading from it goes. */
export interface Source {
	pause(): void;
	resume(): void;
}

/** What was taken and has not been told. */
export interface Backlog {
	/** Whether it is so much that nothing should be added to it. */
	readonly isBehind: boolean;
	/** Runs a task when all that was taken so far is told. */
	onceCommitted(task: () => void): void;
}

export class Intake {
	readonly #backlog: Backlog;
	readonly #sources: () => Iterable<Source>;
	#paused: readonly Source[] = [];

	constructor(backlog: Backlog, sources: () => Iterable<Source>) {
		this.#backlog = backlog;
		this.#sources = sources;
	}

	/** Something has come from one of them. */
	taken(from: Source): void {
		if (!this.#backlog.isBehind || this.#paused.length > 0) return;
		const all = [...this.#sources()];
		const next = all.indexOf(from) + 1;
		// They are read in the order in which they are resumed: who was not heard goes first.
		this.#paused = [...all.slice(next), ...all.slice(0, next)];
		for (const source of all) source.pause();
		this.#backlog.onceCommitted(() => this.resume());
	}

	/** Reads on, whatever waits: a disk may fill up, and nothing be told for long. Answers whether it had stopped. */
	resume(): boolean {
		const paused = this.#paused;
		this.#paused = [];
		for (const source of paused) source.resume();
		return paused.length > 0;
	}
}
