/** The files of relations, on the real disk, where a folder must be made before its files. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { relationFiles } from "../../src/history/relation-files.ts";
import { realDisk } from "../../src/log/disk.ts";

test("a segment without relations is noted as merged before there is any block", async () => {
	const folder = await mkdtemp(join(tmpdir(), "plume-"));
	const files = relationFiles({ disk: realDisk, folder, warn: () => {} });
	const end = { segment: 1, hash: "its hash" };
	await files.saveEnd("this log", end);
	expect(await files.loadEnd("this log")).toMatchObject(end);
	await realDisk.removeFolder(folder);
});
