/** How often each rule, those of the way in too, refused someone something since the start. */
import type { Clock } from "../clock.ts";
import type { Reporter } from "./parts.ts";

const MINUTE_MS = 60_000;

export class RefusalCounter {
	readonly #counts: Record<string, number> = {};
	/** Since it was last told. */
	#recent: Record<string, number> = {};

	count(rule: string): void {
		for (const counts of [this.#counts, this.#recent])
			counts[rule] = (counts[rule] ?? 0) + 1;
	}

	tell(report: Pick<Reporter, "info">): void {
		if (Object.keys(this.#counts).length > 0)
			report.info({ refusals: this.#counts }, "refused, by rule");
	}

	/** Tells each minute of what was refused in it, if anything was. */
	tellEachMinute(clock: Clock, report: Pick<Reporter, "info">): void {
		clock.after(MINUTE_MS, () => {
			const refusals = this.#recent;
			this.#recent = {};
			if (Object.keys(refusals).length > 0)
				report.info({ refusals }, "refused in the last minute, by rule");
			this.tellEachMinute(clock, report);
		});
	}
}
