/**
 * How long a batch waits for company before it is stored. A small write to a
 * socket costs the kernel as much as a large one, and is most of what a server
 * does; so two messages told together cost little more than one.
 *
 * Where telling takes no time to speak of, that is two turns of the event loop,
 * far less than a millisecond: whatever had arrived is read by then. Where it
 * takes longer, it is as long again, 20 ms at most, which nobody notices; the
 * least there is of a timer is a millisecond.
 */
import {
	setTimeout as sleep,
	setImmediate as turn,
} from "node:timers/promises";

/** What a clock that counts milliseconds can tell from no time at all. */
const LONG_MS = 1;
const MOST_MS = 20;

export async function linger(tellingMs: number): Promise<void> {
	if (tellingMs >= LONG_MS) await sleep(Math.min(tellingMs, MOST_MS));
	else {
		await turn();
		await turn();
	}
}
