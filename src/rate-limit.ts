import type { Clock } from "./clock.ts";
import type { Limits } from "./limits.ts";

export interface Rate {
	readonly perSecond: number;
	readonly burst: number;
}

/** The rate that two limits set, as they are each time it is read. */
export const rateOf = (
	limits: Limits,
	perSecond: keyof Limits,
	burst: keyof Limits,
): Rate => ({
	get perSecond() {
		return limits[perSecond];
	},
	get burst() {
		return limits[burst];
	},
});

/**
 * A token bucket: allows `burst` requests at once and `perSecond` in the long
 * run, and says how long to wait for the next. An infinite rate allows all. The
 * rate is read each time, for it may change.
 */
export class TokenBucket {
	readonly #clock: Clock;
	readonly #rate: Rate;
	/** How long it takes from `#at` until the bucket is full again. */
	#owedMs = 0;
	#at: number;

	constructor(rate: Rate, clock: Clock) {
		this.#clock = clock;
		this.#rate = rate;
		this.#at = clock.now();
	}

	get #intervalMs(): number {
		return 1000 / this.#rate.perSecond;
	}

	/** Milliseconds until the bucket has so many tokens; 0 if it has them now. */
	waitMs(tokens = 1): number {
		if (this.#intervalMs === 0) return 0;
		const now = this.#clock.now();
		this.#owedMs = Math.max(0, this.#owedMs - (now - this.#at));
		this.#at = now;
		const ms = this.#owedMs + (tokens - this.#rate.burst) * this.#intervalMs;
		// A millionth allows for the rounding of fractions.
		return Math.max(0, Math.ceil(ms - 1e-6));
	}

	/** Whether a new bucket would allow as much. */
	get isFull(): boolean {
		return this.waitMs(this.#rate.burst) === 0;
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
 * Makes a function that runs a task for a key soon after it is called, and at
 * most once in `everyMs`, however often it is called. Idle, it has no timers.
 */
export function throttled<Key>(
	clock: Clock,
	everyMs: number,
	task: (key: Key) => void,
): (key: Key) => void {
	const asked = new Set<Key>();
	/** Keys with a timer set. */
	const waiting = new Set<Key>();
	function run(key: Key): void {
		if (!asked.delete(key)) {
			waiting.delete(key);
			return;
		}
		clock.after(everyMs, () => run(key));
		task(key);
	}
	return (key) => {
		asked.add(key);
		if (waiting.has(key)) return;
		waiting.add(key);
		clock.after(0, () => run(key));
	};
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const HOURS = 24;

/** A sum over the last 24 hours, by the hour. */
export class DailySum {
	/** The keys are hours since 1970. */
	readonly #hours = new Map<number, number>();

	add(time: number, amount: number): void {
		const hour = Math.floor(time / HOUR_MS);
		this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + amount);
	}

	/** All since this hour a day ago. */
	sum(now: number): number {
		const first = Math.floor(now / HOUR_MS) - HOURS;
		let sum = 0;
		for (const [hour, amount] of this.#hours)
			if (hour > first) sum += amount;
			else this.#hours.delete(hour);
		return sum;
	}

	/** Milliseconds until the sum is less than `most`; 0 if it is now. */
	waitMs(most: number, now: number): number {
		if (this.sum(now) < most) return 0;
		return (Math.min(...this.#hours.keys()) + HOURS) * HOUR_MS - now;
	}
}

/** What one key may do: so many times in so many milliseconds, which are a day at most. */
export interface Bound {
	readonly key: string;
	readonly windows: readonly (readonly [count: number, ms: number])[];
}

/** Sliding windows: waits are exact, and keys without an event for a day are forgotten. */
export class SlidingWindows {
	readonly #clock: Clock;
	/** The times of each key's events; the key with the oldest latest event comes first. */
	readonly #times = new Map<string, readonly number[]>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Milliseconds until one more event is within all bounds; 0 if it is now. */
	waitMs(bounds: readonly Bound[]): number {
		const now = this.#clock.now();
		const waits = bounds.flatMap(({ key, windows }) =>
			windows.map(([count, ms]) => {
				const time = this.#times.get(key)?.at(-count);
				return time === undefined ? 0 : time + ms - now;
			}),
		);
		return Math.max(0, ...waits);
	}

	/** Counts one more event for each key. */
	count(bounds: readonly Bound[]): void {
		const now = this.#clock.now();
		for (const { key, windows } of bounds) {
			const counts = windows.map(([count]) => count).filter(Number.isFinite);
			if (counts.length === 0) continue;
			const times = [...(this.#times.get(key) ?? []), now];
			this.#times.delete(key);
			this.#times.set(key, times.slice(-Math.max(...counts)));
		}
		for (const [key, times] of this.#times) {
			if ((times.at(-1) ?? 0) > now - DAY_MS) return;
			this.#times.delete(key);
		}
	}
}
