import { largestOf, type NetworkCounts } from "../cluster/network-counts.ts";

/** Other nodes are told of a network from this part of what it may have. */
const WORTH_TELLING = 8;

/** Counts the open connections of each network. How many it may have is asked each time, for that may change. */
export function connectionLimiter(most: () => number) {
	const open = new Map<string, number>();
	let elsewhere: ReadonlyMap<string, number> = new Map();
	function count(networks: readonly string[], by: 1 | -1): void {
		for (const network of networks) {
			const count = (open.get(network) ?? 0) + by;
			if (count > 0) open.set(network, count);
			else open.delete(network);
		}
	}
	return {
		/** The networks that have so many that other nodes should know, and how many: those with the most. */
		get largest(): NetworkCounts {
			return largestOf(open).filter(
				([, count]) => count >= most() / WORTH_TELLING,
			);
		},
		/** From now on networks have so many on other nodes, too. */
		addElsewhere(counts: ReadonlyMap<string, number>): void {
			elsewhere = counts;
		},
		/** Whether a network has no connection left. The narrowest comes first; each wider one has twice as many. */
		isFull: (networks: readonly string[]): boolean =>
			networks.some(
				(network, index) =>
					(open.get(network) ?? 0) + (elsewhere.get(network) ?? 0) >=
					most() * 2 ** index,
			),
		/** Counts a connection. Call the returned function when it ends; further calls do nothing. */
		enter(networks: readonly string[]): () => void {
			count(networks, 1);
			let isOpen = true;
			return () => {
				if (isOpen) count(networks, -1);
				isOpen = false;
			};
		},
	};
}
