/**
 * How many connections of strangers each network has on the nodes: each tells
 * the sequencer at most once a second, and is told what the others have. So a
 * network has no more on several nodes than on one, but for up to three
 * seconds: one to tell, one to sum, and one to hear.
 */

/** Nodes tell each other of so many networks. */
const MOST_TOLD = 200;

/** A network, and how many connections it has. */
export type NetworkCounts = readonly (readonly [string, number])[];

export const countsOf = (counts: NetworkCounts): ReadonlyMap<string, number> =>
	new Map(counts);

/** What several nodes have together, of the networks that have the most. */
export function sumOf(all: Iterable<NetworkCounts>): NetworkCounts {
	const sum = new Map<string, number>();
	for (const counts of all)
		for (const [network, count] of counts)
			sum.set(network, (sum.get(network) ?? 0) + count);
	return largestOf(sum);
}

export const largestOf = (counts: Iterable<readonly [string, number]>) =>
	[...counts].sort(([, one], [, other]) => other - one).slice(0, MOST_TOLD);

/** Sends a list, but only if it is another than the last time: at first none, unless that is sent, too. */
export function ifChanged<Value>(
	send: (list: readonly Value[]) => void,
	last = "[]",
) {
	return (list: readonly Value[]): void => {
		const now = JSON.stringify(list);
		if (now !== last) send(list);
		last = now;
	};
}
