/** What every disk does, the real one and those that stand in for it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Disk, realDisk, textOf, withFile } from "../../src/log/disk.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeDisk } from "../fakes/disk.ts";

test.each<readonly [string, Disk]>([
	["a real disk", realDisk],
	["a simulated disk", new FakeDisk()],
	["a disk in memory", memoryDisk()],
])("%s has no bytes in an empty range", async (_, disk) => {
	const folder = await mkdtemp(join(tmpdir(), "plume-disks-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const path = join(folder, "file");
	await withFile(disk, path, async (file) => {
		await file.write(Buffer.from("text"), 0);
	});
	expect(await textOf(disk, path, 1, 3)).toBe("ex");
	for (const at of [0, 2, 4]) expect(await textOf(disk, path, at, at)).toBe("");
});
