/**
 * Sliding windows: at most so many in so many milliseconds, for each key. A
 * wait that was told is exact. What is a day old is forgotten.
 */
import type { Clock } from "../clock.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface Bound {
	readonly key: string;
	/** How many in how many milliseconds, a day at most. */
	readonly windows: readonly (readonly [count: number, ms: number])[];
}

export class SlidingWindows {
	readonly #clock: Clock;
	/** When each key was counted; the key counted longest ago comes first. */
	readonly #times = new Map<string, readonly number[]>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** How many keys are remembered. */
	get size(): number {
		return this.#times.size;
	}

	/** Milliseconds until one more fits all the bounds; 0 if it does now. */
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

	/** Counts one more, as far back as its windows reach. */
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
