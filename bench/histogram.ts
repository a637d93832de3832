/** What many measurements come to. A histogram is of times in microseconds, counted in buckets at most 3 % wide: two million a second cost little to keep. */
export interface Quantiles {
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly maxMs: number;
}

export class Histogram {
	/** 64 buckets of 1 µs, then 32 for each doubling. */
	readonly #buckets = new Uint32Array(64 + 26 * 32);
	#count = 0;
	#max = 0;

	/** All of them together. */
	static of(parts: readonly Histogram[]): Histogram {
		const all = new Histogram();
		for (const part of parts) {
			for (const [at, count] of part.#buckets.entries())
				all.#buckets[at] = (all.#buckets[at] ?? 0) + count;
			all.#count += part.#count;
			all.#max = Math.max(all.#max, part.#max);
		}
		return all;
	}

	add(us: number): void {
		const value = us > 0 ? us >>> 0 : 0;
		const shift = Math.max(0, 26 - Math.clz32(value));
		const at = shift * 32 + (value >>> shift);
		this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
		this.#count++;
		if (value > this.#max) this.#max = value;
	}

	get quantiles(): Quantiles {
		return {
			p50Ms: this.#at(0.5),
			p99Ms: this.#at(0.99),
			maxMs: this.#max / 1000,
		};
	}

	/** Milliseconds that a share of all were faster than. */
	#at(share: number): number {
		const wanted = Math.ceil(this.#count * share);
		let seen = 0;
		const at = this.#buckets.findIndex((count) => {
			seen += count;
			return seen >= wanted;
		});
		const shift = Math.max(0, (at >> 5) - 1);
		return (Math.max(0, at - shift * 32) << shift) / 1000;
	}
}

/** What this share of them did not exceed; 0 of none. */
export function quantile(of: readonly number[], share: number): number {
	const at = Math.min(Math.floor(share * of.length), of.length - 1);
	return of.toSorted((one, other) => one - other)[at] ?? 0;
}

export const median = (of: readonly number[]) => quantile(of, 0.5);
