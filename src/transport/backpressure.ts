/**
 * How much the server takes in. Where more comes than can be told, each turn
 * of the event loop reads all that has come in the turn before, so the next
 * one takes longer, until nothing is told any more. So nothing is read while
 * too much waits to be told: what is sent meanwhile waits in the network, and
 * then with whoever sends it.
 *
 * That is for a server that is busy, not for one whose disk hangs: a pause is
 * short, and until something is told there is no other, so nobody's time to
 * say hello runs out, and nobody is taken for hasty, who was not.
 */
import type { Clock } from "../clock.ts";

const LONGEST_MS = 250;

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

export class Backpressure {
	readonly #backlog: Backlog;
	readonly #clock: Clock;
	readonly #sources: () => Iterable<Source>;
	#isWaiting = false;

	constructor(backlog: Backlog, clock: Clock, sources: () => Iterable<Source>) {
		this.#backlog = backlog;
		this.#clock = clock;
		this.#sources = sources;
	}

	/** Something has come from one of them. */
	taken(from: Source): void {
		if (!this.#backlog.isBehind || this.#isWaiting) return;
		this.#isWaiting = true;
		const all = [...this.#sources()];
		const next = all.indexOf(from) + 1;
		// They are read in the order in which they are resumed: who was not heard goes first.
		let paused = [...all.slice(next), ...all.slice(0, next)];
		for (const source of paused) source.pause();
		const resume = () => {
			for (const source of paused) source.resume();
			paused = [];
		};
		const cancel = this.#clock.after(LONGEST_MS, resume);
		this.#backlog.onceCommitted(() => {
			this.#isWaiting = false;
			cancel();
			resume();
		});
	}
}
