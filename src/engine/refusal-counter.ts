/** Counts how often each rule has refused something since the start, a connection included. */
import type { Clock } from "../clock.ts";
import type { Reporter } from "./parts.ts";

const MINUTE_MS = 60_000;

export class RefusalCounter {
	/** Since the start. */
	readonly counts: Record<string, number> = {};
	/** The counts of the current minute. */
	#recent: Record<string, number> = {};

	count(rule: string): void {
		for (const counts of [this.counts, this.#recent])
			counts[rule] = (counts[rule] ?? 0) + 1;
	}

	report(report: Pick<Reporter, "info">): void {
		if (Object.keys(this.counts).length > 0)
			report.info({ refusals: this.counts }, "refused, by rule");
	}

	/** Reports once a minute, if anything was refused in it. */
	reportEachMinute(clock: Clock, report: Pick<Reporter, "info">): void {
		clock.after(MINUTE_MS, () => {
			const refusals = this.#recent;
			this.#recent = {};
			if (Object.keys(refusals).length > 0)
				report.info({ refusals }, "refused in the last minute, by rule");
			this.reportEachMinute(clock, report);
		});
	}
}
