import type { Clock } from "../clock.ts";

const BEAT_MS = 500;

/** Runs a task twice a second, by which two nodes notice that one of them is silent. Returns a function that ends it. */
export function eachBeat(clock: Clock, task: () => void): () => void {
	const again = () => {
		cancel = clock.after(BEAT_MS, again);
		task();
	};
	let cancel = clock.after(BEAT_MS, again);
	return () => cancel();
}
