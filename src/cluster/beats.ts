import type { Clock } from "../clock.ts";

const BEAT_MS = 500;
/** One end of a link is gone for the other if it was silent for so long; then people are told. */
export const SILENT_MS = 2500;
const RETRY_MS = [50, 100, 200, 500, 1000];
const LATER_RETRY_MS = 2000;

/** Runs a task twice a second, by which two nodes notice that one of them is silent. Returns a function that ends it. */
export function eachBeat(clock: Clock, task: () => void): () => void {
	const again = () => {
		cancel = clock.after(BEAT_MS, again);
		task();
	};
	let cancel = clock.after(BEAT_MS, again);
	return () => cancel();
}

/** How long an edge waits before it dials again, after so many tries. */
export const retryMs = (tries: number): number =>
	RETRY_MS[tries] ?? LATER_RETRY_MS;
