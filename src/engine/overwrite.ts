/** Overwrites texts in the log's files, and waits for space if the disk is full. Then they leave the search index, which nobody waits for here. */
import { DiskFull } from "../log/disk.ts";
import type { EventSpan } from "../log/log.ts";
import type { RunningParts } from "./parts.ts";

const RETRY_MS = 1000;
/** How many lines are read and overwritten at once after a start. */
const SLICE = 1000;

/** Resolves with false if the server stops before there is space: then the next start does it. */
export async function overwrite(
	{ log, clock, report, pipeline, search }: RunningParts,
	spans: readonly EventSpan[],
	exceptTail?: string,
): Promise<boolean> {
	await search?.remember(spans);
	for (;;)
		try {
			await log.segments.erase(spans, exceptTail);
			search?.wipe(spans.map(({ seq }) => seq));
			return true;
		} catch (error) {
			if (!(error instanceof DiskFull)) throw error;
			report.warn({ error: error.message }, "an erasure waits for space");
			if (pipeline.stopping) {
				pipeline.skipFinalSnapshot();
				return false;
			}
			await new Promise<void>((done) => clock.after(RETRY_MS, done));
		}
}

/** The same after a start, for any number of lines, some of which may be overwritten already. All were erased before the torn tail that this start cut off, so that holds no copy of them. */
export async function overwriteInSlices(
	parts: RunningParts,
	seqs: readonly number[],
): Promise<void> {
	const { segments, savedTail } = parts.log;
	for await (const slice of segments.findInSlices(seqs, SLICE))
		if (!(await overwrite(parts, slice, savedTail))) return;
	// The crash may have come before older tails were removed.
	await overwrite(parts, [], savedTail);
}
