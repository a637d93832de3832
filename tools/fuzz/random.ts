/** Numbers that look random and follow from a seed: mulberry32, by Tommy Ettinger. */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** From 0 up to, without, `end`. */
	below(end: number): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = this.#state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
	}

	/** Whether something happens that does so this many times of a thousand. */
	happens(perMille: number): boolean {
		return this.below(1000) < perMille;
	}

	pick<T>(first: T, ...others: readonly T[]): T {
		return others[this.below(others.length + 1) - 1] ?? first;
	}
}
