/** How lines that are wanted are read: by segment, and those that lie close together at once. */
import type { EventSpan, Span } from "./log.ts";

/** Reading this many unwanted bytes is cheaper than a second read. */
const GAP_BYTES = 16 * 1024;

/** The spans of each segment, in the order in which they stand there. */
export const bySegment = (all: readonly EventSpan[]) =>
	Array.from(new Set(all.map((span) => span.segment)), (segment) => ({
		segment,
		spans: all
			.filter((span) => span.segment === segment)
			.sort((one, other) => one.at - other.at),
	}));

export const endOf = (run: readonly Span[]) => {
	const { at = 0, bytes = 0 } = run.at(-1) ?? {};
	return at + bytes;
};

/** Groups spans that lie close together. */
export function runsOf<Where extends Span>(spans: readonly Where[]) {
	const runs: Where[][] = [];
	for (const span of spans) {
		const run = runs.at(-1);
		if (run && span.at - endOf(run) <= GAP_BYTES) run.push(span);
		else runs.push([span]);
	}
	return runs;
}
