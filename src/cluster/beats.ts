import type { Clock } from "../clock.ts";

const BEAT_MS = 500;
/** One end of a link is gone for the other if it was silent for so long; then people are told. */
export const SILENT_MS = 2500;

/** Runs a task twice a second, by which two nodes notice that one of them is silent. Returns a function that ends it. */
export function eachBeat(clock: Clock, task: () => void): () => void {
	const again = () => {
		cancel = clock.after(BEAT_MS, again);
		task();
	};
	let cancel = clock.after(BEAT_MS, again);
	return () => cancel();
}
