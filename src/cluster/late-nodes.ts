/** Tells why a start takes long that waits for other nodes. */
import type { Clock } from "../clock.ts";
import type { ServiceParts } from "../service.ts";

/** A start that waits longer than this for other nodes logs it. The first node on NATS waits half as long. */
const LATE_MS = 5000;

/** Settles as `joined` does. After a while it logs why it waits, and calls `meanwhile` for people who would be refused otherwise; rejects if that does. */
export async function othersAreReached(
	{ cluster, report, hasQueue }: ServiceParts,
	joined: void | Promise<void>,
	clock: Clock,
	meanwhile: (why: string) => Promise<unknown>,
): Promise<void> {
	let stopWaiting = () => {};
	const failed = new Promise<never>((_, fail) => {
		stopWaiting = clock.after(LATE_MS, () => {
			const wrong = cluster?.wrong;
			const why = wrong ?? "this node still reads what others have stored";
			report.warn(
				{},
				`waiting: ${why}${wrong ? ". Is it running, with the same PLUME_SECRET?" : ""}`,
			);
			if (!hasQueue) meanwhile(why).catch(fail);
		});
	});
	await Promise.race([failed, joined]).finally(stopWaiting);
}
