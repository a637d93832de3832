/**
 * Time, as everything on the server sees it: only this port reads a clock or
 * sets a timer, so that tests and replay own both.
 */
export interface Clock {
	/** Milliseconds since 1970; never goes back. */
	now(): number;
	/** Calls `task` once, when `now()` is `delayMs` later, never sooner; the answer cancels it. */
	after(delayMs: number, task: () => void): () => void;
}

/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The machine's clock: the later of wall time and `notBefore` (the log's last
 * event) when made, plus the monotonic time since. A wall clock that is
 * stepped later changes nothing.
 */
export function systemClock(notBefore = 0): Clock {
	const start = Math.max(Date.now(), notBefore) - performance.now();
	const now = () => Math.floor(start + performance.now());
	return {
		now,
		after(delayMs, task) {
			const due = now() + delayMs;
			let timer: NodeJS.Timeout;
			// Node may fire a timer a moment too soon, and a long one far too soon.
			const wait = () => {
				const left = Math.min(due - now(), LONGEST_MS);
				timer = setTimeout(() => (now() < due ? wait() : task()), left);
			};
			wait();
			return () => clearTimeout(timer);
		},
	};
}

const LONGEST_GAP_MS = 2000;

/**
 * For deadlines of other people's silence: it leaves out the time in which our
 * own process was paused, since nobody could be heard then. Whoever beats it
 * once a second lets it notice; without beats it is the clock it was given.
 */
export class RunningClock implements Clock {
	readonly #clock: Clock;
	#pausedMs = 0;
	#lastBeat = Number.POSITIVE_INFINITY;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	beat(): void {
		this.now();
		this.#lastBeat = this.#clock.now();
	}

	now(): number {
		const now = this.#clock.now();
		const gapMs = now - this.#lastBeat;
		if (gapMs > LONGEST_GAP_MS) {
			this.#pausedMs += gapMs;
			this.#lastBeat = now;
		}
		return now - this.#pausedMs;
	}

	after(delayMs: number, task: () => void): () => void {
		const due = this.now() + delayMs;
		const wait = (ms: number): (() => void) =>
			this.#clock.after(ms, () => {
				const leftMs = due - this.now();
				if (leftMs > 0) cancel = wait(leftMs);
				else task();
			});
		let cancel = wait(delayMs);
		return () => cancel();
	}
}
