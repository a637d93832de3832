/**
 * Time, as the server sees it: only this port reads a clock or sets a timer,
 * so that tests and replay control both.
 */
export interface Clock {
	/** Milliseconds since 1970; never goes back. */
	now(): number;
	/** Calls `task` once, when `now()` is `delayMs` later, never sooner; the answer cancels it. */
	after(delayMs: number, task: () => void): () => void;
}

/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The machine's clock: the later of wall time and `notBefore` (the log's last
 * event) when made, plus the monotonic time since. Later changes of the wall
 * clock change nothing.
 */
export function systemClock(notBefore = 0): Clock {
	const start = Math.max(Date.now(), notBefore) - performance.now();
	const now = () => Math.floor(start + performance.now());
	return {
		now,
		after(delayMs, task) {
			const due = now() + delayMs;
			let timer: NodeJS.Timeout;
			// Node may fire a timer a moment too soon, and a long one far too soon.
			const wait = () => {
				// Since the call, or since the timer fired, it may have become due.
				const left = Math.max(0, Math.min(due - now(), LONGEST_MS));
				timer = setTimeout(() => (now() < due ? wait() : task()), left);
			};
			wait();
			return () => clearTimeout(timer);
		},
	};
}

const LONGEST_GAP_MS = 2000;

/**
 * A clock for deadlines of other people's silence. It leaves out the time in
 * which our own process was paused, when nobody's frames could be read. Call
 * `beat` about once a second, so that it notices; without beats it is the
 * clock it was given.
 */
export class RunningClock implements Clock {
	readonly #clock: Clock;
	#pausedMs = 0;
	#lastBeat = Number.POSITIVE_INFINITY;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	beat(): void {
		this.now();
		this.#lastBeat = this.#clock.now();
	}

	now(): number {
		const now = this.#clock.now();
		const gapMs = now - this.#lastBeat;
		if (gapMs > LONGEST_GAP_MS) {
			this.#pausedMs += gapMs;
			this.#lastBeat = now;
		}
		return now - this.#pausedMs;
	}

	after(delayMs: number, task: () => void): () => void {
		const due = this.now() + delayMs;
		const wait = (ms: number): (() => void) =>
			this.#clock.after(ms, () => {
				const leftMs = due - this.now();
				if (leftMs > 0) cancel = wait(leftMs);
				else task();
			});
		let cancel = wait(delayMs);
		return () => cancel();
	}
}

const MOST_AHEAD_MS = 300_000;
const MOST_WAIT_MS = 900_000;
const WARN_MS = 60_000;
const RETRY_MS = 1000;

const written = (time: number) => new Date(time).toISOString();

/** Why a log whose last event is of `lastMs` cannot be continued now; undefined if it can. */
export const clockIsBehind = (lastMs: number, nowMs: number) =>
	lastMs > nowMs + MOST_AHEAD_MS
		? `The log ends at ${written(lastMs)}, but this machine's clock says ${written(nowMs)}. Set the clock right, or start with --accept-clock.`
		: undefined;

interface WaitParts {
	/** Makes a clock that starts from the wall clock. */
	readonly clockFrom: (notBefore: number) => Clock;
	readonly report: { warn(fields: object, message: string): void };
}

/**
 * Waits for a clock that is behind the log: a machine without a clock battery
 * has the time of its last shutdown, or 1970, until NTP answers. To go on at
 * once would date new events by the log, and let codes live too long.
 *
 * Resolves when the clock has about reached `lastMs`, the time of the log's
 * last event. If it must wait, it calls `meanwhile` first. Rejects after 15
 * minutes.
 */
export async function clockReaches(
	lastMs: number,
	{ clockFrom, report }: WaitParts,
	meanwhile: (why: string) => Promise<unknown>,
): Promise<void> {
	const clock = clockFrom(0);
	const why = clockIsBehind(lastMs, clock.now());
	if (!why) return;
	await meanwhile(why);
	const isBehind = () => clockIsBehind(lastMs, clockFrom(0).now());
	for (let waitedMs = 0; isBehind(); waitedMs += RETRY_MS) {
		if (waitedMs >= MOST_WAIT_MS) throw new Error(why);
		if (waitedMs % WARN_MS === 0)
			report.warn({ waitedMinutes: waitedMs / WARN_MS }, why);
		await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
	}
}
