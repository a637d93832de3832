/**
 * The journal of the index has pages as they were before a change, with words
 * that were wiped since. No disk overwrites the blocks that it frees, so the
 * file stays in its place and is overwritten there.
 */
import {
	closeSync,
	existsSync,
	fdatasyncSync,
	fstatSync,
	openSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Call when no change is under way. An index in memory has no folder, and no journal. */
export function overwriteJournal(folder: string | undefined): void {
	const path = folder === undefined ? "" : join(folder, "search.db-journal");
	if (!existsSync(path)) return;
	const file = openSync(path, "r+");
	try {
		// It goes on after a write that took only some of the bytes.
		writeFileSync(file, Buffer.alloc(fstatSync(file).size));
		fdatasyncSync(file);
	} finally {
		closeSync(file);
	}
}
