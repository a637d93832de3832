import type { Clock } from "./clock.ts";

export interface Rate {
	readonly perSecond: number;
	readonly burst: number;
}

/**
 * A token bucket: allows `burst` things at once and `perSecond` in the long
 * run, and says how long to wait for the next. An infinite rate allows all.
 */
export class TokenBucket {
	readonly #clock: Clock;
	readonly #burst: number;
	readonly #intervalMs: number;
	/** At `#at`, how long it will take until the bucket is full again. */
	#owedMs = 0;
	#at: number;

	constructor({ perSecond, burst }: Rate, clock: Clock) {
		this.#clock = clock;
		this.#burst = burst;
		this.#intervalMs = 1000 / perSecond;
		this.#at = clock.now();
	}

	/** Milliseconds until there are so many tokens; 0 if they are there. */
	waitMs(tokens = 1): number {
		if (this.#intervalMs === 0) return 0;
		const now = this.#clock.now();
		this.#owedMs = Math.max(0, this.#owedMs - (now - this.#at));
		this.#at = now;
		const ms = this.#owedMs + (tokens - this.#burst) * this.#intervalMs;
		// A millionth allows for the rounding of fractions.
		return Math.max(0, Math.ceil(ms - 1e-6));
	}

	/** Whether a new bucket would allow as much. */
	get isFull(): boolean {
		return this.waitMs(this.#burst) === 0;
	}

	/** Takes a token; if there is none, answers in how many milliseconds there will be one. */
	take(): number | undefined {
		const waitMs = this.waitMs();
		if (waitMs > 0) return waitMs;
		this.#owedMs += this.#intervalMs;
		return undefined;
	}
}

/**
 * Runs a task for a key soon after it is asked for, and at most once in
 * `everyMs`, however often it is asked for. An idle throttle has no timers.
 */
export class Throttle<Key> {
	readonly #clock: Clock;
	readonly #everyMs: number;
	readonly #task: (key: Key) => void;
	readonly #asked = new Set<Key>();
	/** Keys with a timer set. */
	readonly #throttled = new Set<Key>();

	constructor(clock: Clock, everyMs: number, task: (key: Key) => void) {
		this.#clock = clock;
		this.#everyMs = everyMs;
		this.#task = task;
	}

	ask(key: Key): void {
		this.#asked.add(key);
		if (this.#throttled.has(key)) return;
		this.#throttled.add(key);
		this.#clock.after(0, () => this.#run(key));
	}

	#run(key: Key): void {
		if (!this.#asked.delete(key)) {
			this.#throttled.delete(key);
			return;
		}
		this.#clock.after(this.#everyMs, () => this.#run(key));
		this.#task(key);
	}
}
