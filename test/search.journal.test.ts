/** The journal of the index is overwritten whole. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { overwriteJournal } from "../src/search/journal.ts";

// What is in memory only may still be on the disk as it was.
vi.mock(import("node:fs"), async (importOriginal) => {
	const original = await importOriginal();
	const writeFileSync: typeof original.writeFileSync = (file, data, how) => {
		if (typeof how === "object" && how?.flag === "r+" && !how.flush)
			throw new Error("it is not synced");
		original.writeFileSync(file, data, how);
	};
	return { ...original, writeFileSync };
});

test("a journal is overwritten whole, and synced", () => {
	const folder = mkdtempSync(join(tmpdir(), "plume-journal-"));
	const path = join(folder, "search.db-journal");
	writeFileSync(path, "a word that was wiped");
	overwriteJournal(folder);
	expect(readFileSync(path)).toEqual(Buffer.alloc(21));
});
