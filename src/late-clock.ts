/**
 * A clock behind the log is waited for: a machine without a clock battery has
 * the time of its last shutdown, or 1970, until NTP answers. To go on at once
 * would date new events by the log, and let codes live as long as it is ahead.
 */
import type { Clock } from "./clock.ts";
import type { Reporter } from "./engine/parts.ts";

const MOST_AHEAD_MS = 300_000;
const MOST_WAIT_MS = 900_000;
const TELL_MS = 60_000;
const LOOK_MS = 1000;

interface LateClockParts {
	/** Makes a clock that looks at the wall clock anew. */
	readonly clockFrom: (notBefore: number) => Clock;
	readonly report: Reporter;
}

const written = (time: number) => new Date(time).toISOString();

/** Why a log cannot be gone on with at this time, if it cannot. */
export const clockIsBehind = (lastMs: number, nowMs: number) =>
	lastMs > nowMs + MOST_AHEAD_MS
		? `The log ends at ${written(lastMs)}, but this machine's clock says ${written(nowMs)}. Set the clock right, or start with --accept-clock.`
		: undefined;

/**
 * Resolves when the clock has reached about the time `lastMs` of the log's
 * last event; `meanwhile` is called if that is not so yet, and what it answers
 * at the end. Rejects after 15 minutes.
 */
export async function clockReaches(
	lastMs: number,
	{ clockFrom, report }: LateClockParts,
	meanwhile: (why: string) => Promise<() => Promise<void>>,
): Promise<void> {
	const clock = clockFrom(0);
	const why = clockIsBehind(lastMs, clock.now());
	if (!why) return;
	const end = await meanwhile(why);
	try {
		const isBehind = () => clockIsBehind(lastMs, clockFrom(0).now());
		for (let waitedMs = 0; isBehind(); waitedMs += LOOK_MS) {
			if (waitedMs >= MOST_WAIT_MS) throw new Error(why);
			if (waitedMs % TELL_MS === 0)
				report.warn({ waitedMinutes: waitedMs / TELL_MS }, why);
			await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
		}
	} finally {
		await end();
	}
}
