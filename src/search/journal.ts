/**
 * The journal of the index has pages as they were before a change, with words
 * that were wiped since. No disk overwrites the blocks that it frees, so the
 * file stays in its place and is overwritten there.
 */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Call when no change is under way. An index in memory has no folder, and no journal. */
export function overwriteJournal(folder: string | undefined): void {
	const path = folder === undefined ? "" : join(folder, "search.db-journal");
	if (!existsSync(path)) return;
	const zeros = Buffer.alloc(statSync(path).size);
	// Goes on after a write that took only some of the bytes.
	writeFileSync(path, zeros, { flag: "r+", flush: true });
}
