/** Overwrites texts in the log's files, and waits for space if the disk is full. */
import { DiskFull } from "../log/disk.ts";
import type { EventSpan } from "../log/log.ts";
import type { RunningParts } from "./parts.ts";

const RETRY_MS = 1000;

/** Resolves with false if the server stops before there is space: then the next start does it. */
export async function overwrite(
	{ log, clock, report, pipeline }: RunningParts,
	spans: readonly EventSpan[],
): Promise<boolean> {
	for (;;)
		try {
			await log.segments.erase(spans);
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
