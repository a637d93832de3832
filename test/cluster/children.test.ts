/** Processes that are started again when they end. */
import { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Children } from "../../src/cluster/children.ts";
import { newDataFolder } from "../program/program.ts";

/** It has a copy of the log that is of no use. */
const WRONG_COPY = 3;

beforeEach(() => vi.useFakeTimers({ toFake: ["Date", "setTimeout"] }));
afterEach(() => vi.useRealTimers());

/** An edge with this folder, which hears of each start. */
function edgeWith(copy: string) {
	const warnings: string[] = [];
	const children = new Children((line) => warnings.push(line));
	const started: ChildProcess[] = [];
	const start = () => {
		const child = new ChildProcess();
		// It has no process: a signal would go to this one's group.
		child.kill = () => true;
		started.push(child);
		return child;
	};
	children.keep("edge 1", start, copy);
	/** The latest ends so long after its start. */
	const ends = (ms: number, status: number) => {
		vi.advanceTimersByTime(ms);
		started.at(-1)?.emit("exit", status, null);
		vi.advanceTimersByTime(1000);
	};
	/** Resolves when it is started again. */
	const endsAfter = async (ms: number, status: number) => {
		const starts = started.length;
		ends(ms, status);
		await vi.waitUntil(() => started.length > starts, 30_000);
	};
	return { children, started, warnings, ends, endsAfter };
}

test("a copy of no use is made anew, however long it took to read it", async () => {
	const copy = join(await newDataFolder(), "1");
	await mkdir(copy);
	const { endsAfter, warnings } = edgeWith(copy);
	await endsAfter(60_000, WRONG_COPY);
	expect(existsSync(copy)).toBe(false);
	expect(warnings).toEqual([
		"plume: edge 1 ended (3): starting it again, and its copy of the log is made anew",
	]);
});

test("a copy of no use is made anew again, months later", async () => {
	const copy = join(await newDataFolder(), "1");
	const { endsAfter } = edgeWith(copy);
	for (let nth = 0; nth < 2; nth++) {
		await mkdir(copy);
		await endsAfter(60_000, WRONG_COPY);
		expect(existsSync(copy)).toBe(false);
		await endsAfter(60_000, 1);
	}
});

test("a copy that was just made is made once more where its sequencer was slow to refuse it", async () => {
	const copy = join(await newDataFolder(), "1");
	const { endsAfter } = edgeWith(copy);
	await endsAfter(1000, WRONG_COPY);
	await mkdir(copy);
	await endsAfter(60_000, WRONG_COPY);
	expect(existsSync(copy)).toBe(false);
});

test("a copy that is of no use as soon as it was made ends the server", async () => {
	const copy = join(await newDataFolder(), "1");
	const { children, ends, endsAfter } = edgeWith(copy);
	await endsAfter(1000, WRONG_COPY);
	ends(1000, WRONG_COPY);
	expect(await children.ended).toBe(WRONG_COPY);
});

test("a part that ended just before the server stops is not started again", async () => {
	const { children, started } = edgeWith("1");
	vi.advanceTimersByTime(60_000);
	started[0]?.emit("exit", 1, null);
	await children.stop(0);
	await vi.advanceTimersByTimeAsync(1000);
	expect(started).toHaveLength(1);
});

test("a stop warns of no part that it ends", async () => {
	const { children, started, warnings } = edgeWith("1");
	vi.advanceTimersByTime(60_000);
	const stopping = children.stop(0);
	started[0]?.emit("exit", 0, null);
	await stopping;
	expect(warnings).toEqual([]);
});

test("a setting that is wrong is no fault of the copy", async () => {
	const copy = join(await newDataFolder(), "1");
	await mkdir(copy);
	const { children, ends, endsAfter } = edgeWith(copy);
	await endsAfter(60_000, 2);
	ends(1000, 2);
	expect(await children.ended).toBe(2);
	expect(existsSync(copy)).toBe(true);
});

test("a copy that can't be removed is named", async () => {
	const file = join(await newDataFolder(), "file");
	await writeFile(file, "");
	const { warnings, endsAfter } = edgeWith(join(file, "1"));
	await endsAfter(1000, WRONG_COPY);
	expect(warnings.at(-1)).toContain("ENOTDIR");
});
