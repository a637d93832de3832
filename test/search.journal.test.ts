/** The journal of the index is overwritten whole. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { overwriteJournal } from "../src/search/journal.ts";

// As with a quota that is nearly used up.
vi.mock(import("node:fs"), async (importOriginal) => {
	const original = await importOriginal();
	const writeSync = (fd: number, bytes: NodeJS.ArrayBufferView | string) =>
		original.writeSync(fd, bytes.toString().slice(0, 4));
	return { ...original, writeSync };
});

test("a journal is overwritten whole, though the disk takes it in parts", () => {
	const folder = mkdtempSync(join(tmpdir(), "plume-journal-"));
	const path = join(folder, "search.db-journal");
	writeFileSync(path, "a word that was wiped");
	overwriteJournal(folder);
	expect(readFileSync(path)).toEqual(Buffer.alloc(21));
});
