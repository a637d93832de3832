/** What was erased shortly before the end of the log, which may have been left undone elsewhere by the node that decided before. */

const RECENT_MS = 600_000;
/** So many are looked through at most for nothing. */
const FEW = 1000;

export class RecentErasures<Erasure extends { readonly time: number }> {
	#all: Erasure[] = [];
	#fewest = FEW;

	/** Call for each, in order. A log that was restored has very many of one time. */
	add(erasure: Erasure): void {
		this.#all.push(erasure);
		if (this.#all.length < this.#fewest) return;
		this.#all = this.until(erasure.time);
		this.#fewest = Math.max(FEW, 2 * this.#all.length);
	}

	/** Those that are recent at a time. */
	until(time: number): Erasure[] {
		const since = time - RECENT_MS;
		return this.#all.filter((erasure) => erasure.time > since);
	}

	clear(): void {
		this.#all = [];
	}
}
