/** Numbers in a row that only grows, in as few bytes as they need. */

type Numbers = Float64Array | Uint32Array;

const FIRST_LENGTH = 1024;

export class Column {
	length = 0;
	readonly #make: (length: number) => Numbers;
	#values: Numbers;

	constructor(make: (length: number) => Numbers) {
		this.#make = make;
		this.#values = make(FIRST_LENGTH);
	}

	/** Whole numbers below 2³². */
	static ofCounts(): Column {
		return new Column((length) => new Uint32Array(length));
	}

	static ofTimes(): Column {
		return new Column((length) => new Float64Array(length));
	}

	push(value: number): void {
		if (this.length === this.#values.length) {
			const wider = this.#make(this.length * 2);
			wider.set(this.#values);
			this.#values = wider;
		}
		this.#values[this.length++] = value;
	}

	/** 0 where there is none. */
	at(index: number): number {
		return index < this.length ? (this.#values[index] ?? 0) : 0;
	}

	/** How many of them, which ascend, are at most `value`. */
	upTo(value: number): number {
		let [low, high] = [0, this.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.at(middle) <= value) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
