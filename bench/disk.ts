/** The disk under the measurements: a folder on a real one, and how long it takes to sync. */
import { rmSync, statfsSync } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Histogram, type Quantiles } from "./histogram.ts";

/** `TMPFS_MAGIC` in linux/magic.h: it has nothing to sync to. */
const TMPFS = 0x01021994;
const SYNCS = 500;

/** A new folder, in the working directory if the temporary one is memory. */
export async function newFolder(): Promise<string> {
	const isMemory = statfsSync(tmpdir()).type === TMPFS;
	const parent = isMemory ? join(process.cwd(), ".bench") : tmpdir();
	await mkdir(parent, { recursive: true });
	const folder = await mkdtemp(join(parent, "plume-bench-"));
	process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** How long an append of 4 KiB with its `fdatasync` takes, while nothing else happens. */
export async function measureSync(): Promise<Quantiles> {
	const folder = await newFolder();
	const file = await open(join(folder, "appended"), "w");
	const times = new Histogram();
	const bytes = Buffer.alloc(4096, 1);
	for (let i = 0; i < SYNCS; i++) {
		const start = performance.now();
		await file.write(bytes, 0, bytes.length, i * bytes.length);
		await file.datasync();
		times.add((performance.now() - start) * 1000);
	}
	await file.close();
	await rm(folder, { recursive: true });
	return times.quantiles;
}
