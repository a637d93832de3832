/**
 * Time, as everything on the server sees it: only this port reads a clock or
 * sets a timer, so that tests and replay own both.
 */
export interface Clock {
	/** Milliseconds since 1970; never goes back. */
	now(): number;
	/** Calls `task` once, `delayMs` from now; the answer cancels it. */
	after(delayMs: number, task: () => void): () => void;
}

/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The machine's clock: the later of wall time and `notBefore` (the log's last
 * event) when made, plus the monotonic time since. A wall clock that is
 * stepped later changes nothing.
 */
export function systemClock(notBefore = 0): Clock {
	const start = Math.max(Date.now(), notBefore) - performance.now();
	return {
		now: () => Math.floor(start + performance.now()),
		after(delayMs, task) {
			const timer = setTimeout(task, Math.min(delayMs, LONGEST_MS));
			return () => clearTimeout(timer);
		},
	};
}
