/**
 * How many bytes the items that all rooms remember may take up. Beyond that,
 * the rooms that were quiet the longest forget theirs; they are read from the
 * log when somebody asks.
 */
interface Remembering {
	readonly bytes: number;
	forgetItems(): void;
}

export class MemoryBudget {
	readonly #most: number;
	/** The bytes counted for each room's items, the latest used room last. */
	readonly #counted = new Map<Remembering, number>();
	#latest: Remembering | undefined;
	#total = 0;

	constructor(most: number) {
		this.#most = most;
	}

	/** Counts a room again that remembers more, or less, than before. */
	count(one: Remembering): void {
		this.#total += one.bytes - (this.#counted.get(one) ?? 0);
		if (one !== this.#latest) this.#counted.delete(one);
		this.#latest = one;
		this.#counted.set(one, one.bytes);
		for (const [other] of this.#counted) {
			if (this.#total <= this.#most || other === one) break;
			this.forget(other);
			other.forgetItems();
		}
	}

	forget(one: Remembering): void {
		this.#total -= this.#counted.get(one) ?? 0;
		this.#counted.delete(one);
		if (this.#latest === one) this.#latest = undefined;
	}
}
