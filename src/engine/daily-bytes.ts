/**
 * How many bytes of the log a person used in the last 24 hours. It is not part
 * of the state: after a start it is counted from the end of the log.
 */
const HOUR_MS = 3_600_000;
const HOURS = 24;

export class DailyBytes {
	/** The keys are hours since 1970. */
	readonly #hours = new Map<number, number>();
	#sum = 0;

	add(time: number, bytes: number): void {
		const hour = Math.floor(time / HOUR_MS);
		this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + bytes);
		this.#sum += bytes;
	}

	/** Bytes since this hour a day ago. */
	sum(now: number): number {
		const first = Math.floor(now / HOUR_MS) - HOURS;
		for (const [hour, bytes] of this.#hours)
			if (hour <= first) {
				this.#sum -= bytes;
				this.#hours.delete(hour);
			}
		return this.#sum;
	}

	/** Milliseconds until fewer than `most` bytes are used; 0 if they are now. */
	waitMs(most: number, now: number): number {
		if (this.sum(now) < most) return 0;
		return (Math.min(...this.#hours.keys()) + HOURS) * HOUR_MS - now;
	}
}
