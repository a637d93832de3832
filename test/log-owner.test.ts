/** A server locks its data folder once it knows whose log is in it. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Disk, realDisk } from "../src/log/disk.ts";
import { markCopy } from "../src/log/evidence.ts";
import { Lock } from "../src/log/lock.ts";
import { segmentName } from "../src/log/reader.ts";
import { lockOwned } from "../src/log-owner.ts";

async function folderWithLog(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "plume-owner-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	await mkdir(join(folder, "log"));
	await writeFile(join(folder, "log", segmentName(1)), "");
	return folder;
}

const lockIn = (data: string, disk: Disk = realDisk) =>
	lockOwned(
		disk,
		{ data, upstream: undefined, nats: undefined, secret: "s".repeat(32) },
		{ restored: false },
	);

test("a start beside a restore names the restore, not its process", async () => {
	const folder = await folderWithLog();
	const restore = await Lock.acquire(folder);
	await mkdir(join(folder, "restoring", "log"), { recursive: true });
	await expect(lockIn(folder)).rejects.toThrow("plume restore");
	await restore.release();
});

test("a log that was marked just before the lock was free is left alone, and so is the lock", async () => {
	const folder = await folderWithLog();
	let looks = 0;
	const disk: Disk = {
		...realDisk,
		async list(path) {
			const names = await realDisk.list(path);
			if (path === folder && ++looks === 1) await markCopy(realDisk, folder);
			return names;
		},
	};
	await expect(lockIn(folder, disk)).rejects.toThrow("PLUME_LOG");
	await (await Lock.acquire(folder)).release();
});
