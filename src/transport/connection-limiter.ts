/** Counts the open connections of each network. */
export class ConnectionLimiter {
	readonly #most: number;
	readonly #open = new Map<string, number>();

	constructor(most: number) {
		this.#most = most;
	}

	/** Whether a network has no connection left. The narrowest comes first; each wider one has twice as many. */
	isFull(networks: readonly string[]): boolean {
		return networks.some(
			(network, index) =>
				(this.#open.get(network) ?? 0) >= this.#most * 2 ** index,
		);
	}

	/** Counts a connection. Call the returned function when it ends; further calls do nothing. */
	enter(networks: readonly string[]): () => void {
		this.#count(networks, 1);
		let isOpen = true;
		return () => {
			if (isOpen) this.#count(networks, -1);
			isOpen = false;
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
