/**
 * How long a batch waits for more entries before it is stored. Most of a
 * server's work is writing to sockets, and a small write costs the kernel as
 * much as a large one; so two messages published together cost little more
 * than one.
 *
 * If publishing the last batch took under a millisecond, a batch waits for two
 * turns of the event loop, in which everything that has arrived is read.
 * Otherwise it waits for as long as publishing took, 20 ms at most, which
 * nobody notices.
 */
import {
	setTimeout as sleep,
	setImmediate as turn,
} from "node:timers/promises";

/** The least that a timer can wait. */
const LONG_MS = 1;
const MAX_MS = 20;

export async function linger(publishMs: number): Promise<void> {
	if (publishMs >= LONG_MS) await sleep(Math.min(publishMs, MAX_MS));
	else {
		await turn();
		await turn();
	}
}
