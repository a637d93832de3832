/** What every disk does, the real one and those that stand in for it. */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { check } from "../../src/cli/check.ts";
import { exitCodeOf, explained } from "../../src/cli/start-error.ts";
import { type Disk, realDisk, textOf, withFile } from "../../src/log/disk.ts";
import { Lock } from "../../src/log/lock.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeDisk } from "../fakes/disk.ts";

const disks: readonly (readonly [string, Disk])[] = [
	["a real disk", realDisk],
	["a simulated disk", new FakeDisk()],
	["a disk in memory", memoryDisk()],
];

test.each(disks)("%s removes no file twice", async (_, disk) => {
	await disk.remove(join(tmpdir(), "plume-disks-nothing"));
});

test.each(disks)("%s has no bytes in an empty range", async (_, disk) => {
	const folder = await mkdtemp(join(tmpdir(), "plume-disks-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const path = join(folder, "file");
	await withFile(disk, path, async (file) => {
		await file.write(Buffer.from("text"), 0);
	});
	expect(await textOf(disk, path, 1, 3)).toBe("ex");
	for (const at of [0, 2, 4]) expect(await textOf(disk, path, at, at)).toBe("");
});

test.each(["", "below"])(
	"a data folder behind a link to a disk that is not mounted is awaited: %s",
	async (below) => {
		const folder = await mkdtemp(join(tmpdir(), "plume-disks-"));
		onTestFinished(() => rm(folder, { recursive: true }));
		const [data, disk] = [join(folder, "data"), join(folder, "disk")];
		await symlink(disk, data);
		const why = `${data} is a link to ${disk}, which is not there`;
		const start = () => Lock.acquire(join(data, below));
		const error = explained(await start().catch((thrown) => thrown));
		expect([`${error}`, exitCodeOf(error)]).toEqual([
			expect.stringContaining(why),
			1,
		]);
		const lines: string[] = [];
		const environment = { PLUME_DATA: join(data, below), PLUME_PORT: "0" };
		await check({
			...{ environment, credential: () => undefined },
			print: (line) => lines.push(line),
		});
		expect(lines.join("\n")).toContain(`folder: ${why}`);
		await mkdir(disk);
		await (await start()).release();
	},
);
