import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { realDisk } from "../../src/log/disk.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import { logContract } from "./log.contract.ts";

const clock = new FakeClock();
const ids = () => "abcdefghijklmnopqrstuv";

describe("a log in memory", () => {
	logContract(async () => {
		const disk = memoryDisk();
		return { open: async () => memoryLog(ids(), clock, disk) };
	});
});

describe("a log in files, on a simulated disk", () => {
	logContract(async () => {
		const disk = new FakeDisk();
		return {
			open: async () => openFileLog({ disk, folder: "data", clock, ids }),
		};
	});
});

describe("a log in files, on a real disk", () => {
	logContract(async () => {
		const folder = await mkdtemp(join(tmpdir(), "plume-log-"));
		onTestFinished(() => rm(folder, { recursive: true }));
		const disk = realDisk;
		return { open: async () => openFileLog({ disk, folder, clock, ids }) };
	});
});
