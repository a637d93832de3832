/** How often each rule, those of the way in too, refused someone something since the start. */
import type { Reporter } from "./parts.ts";

export class Tally {
	readonly #counts: Record<string, number> = {};

	count(rule: string): void {
		this.#counts[rule] = (this.#counts[rule] ?? 0) + 1;
	}

	tell(report: Pick<Reporter, "info">): void {
		if (Object.keys(this.#counts).length > 0)
			report.info({ refusals: this.#counts }, "refused, by rule");
	}
}
