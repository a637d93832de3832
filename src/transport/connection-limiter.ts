/** Counts the connections that are open from each network. */
export class ConnectionLimiter {
	readonly #most: number;
	readonly #open = new Map<string, number>();

	constructor(most: number) {
		this.#most = most;
	}

	/** Whether no more may come. `networks` are where someone comes from, the narrowest first: each has twice as many as the one in it. */
	isFull(networks: readonly string[]): boolean {
		return networks.some(
			(network, index) =>
				(this.#open.get(network) ?? 0) >= this.#most * 2 ** index,
		);
	}

	/** Counts one in; answers how to count it out again, which works once. */
	enter(networks: readonly string[]): () => void {
		this.#count(networks, 1);
		let isHere = true;
		return () => {
			if (isHere) this.#count(networks, -1);
			isHere = false;
		};
	}

	#count(networks: readonly string[], by: 1 | -1): void {
		for (const network of networks) {
			const count = (this.#open.get(network) ?? 0) + by;
			if (count > 0) this.#open.set(network, count);
			else this.#open.delete(network);
		}
	}
}
