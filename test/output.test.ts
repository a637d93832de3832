/** What the operator is told when nobody reads it, on real pipes and devices. */
import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openOutput } from "../src/output.ts";

/** A pipe with an output at its one end. */
async function piped() {
	const path = join(await mkdtemp(join(tmpdir(), "pipe-")), "fifo");
	const { status } = spawnSync("mkfifo", [path]);
	if (status !== 0)
		throw new Error("this test needs `apt-get install coreutils`");
	const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	onTestFinished(() => closeSync(reader));
	const dropped: number[] = [];
	const output = openOutput(openSync(path, "w"), (count) => {
		dropped.push(count);
		output.write(`dropped ${count}\n`);
	});
	function read(): string {
		const bytes = Buffer.alloc(1 << 20);
		try {
			return bytes.toString("utf8", 0, readSync(reader, bytes));
		} catch {
			return "";
		}
	}
	return { output, dropped, read };
}

const line = `${"x".repeat(999)}\n`;

test("a pipe that nobody reads loses what is too much, as the next reader sees", async () => {
	const { output, dropped, read } = await piped();
	for (let count = 0; count < 1000; count++) output.write(line);
	expect(dropped).toEqual([]);
	let text = "";
	for (let quiet = 0; quiet < 100; quiet++) {
		const more = read();
		text += more;
		if (more) quiet = 0;
		await new Promise((resolve) => setImmediate(resolve));
	}
	const lines = text.split(/(?<=\n)/);
	const whole = lines.filter((one) => one === line).length;
	expect(whole).toBeGreaterThan(100);
	expect(lines.length).toBe(whole + 1);
	expect(lines.at(-1)).toBe(`dropped ${1000 - whole}\n`);
});

test("a full device takes nothing, which ends nothing", async () => {
	const dropped: number[] = [];
	const fd = openSync("/dev/full", "w");
	const output = openOutput(fd, (count) => dropped.push(count));
	for (let count = 0; count < 10; count++) output.write(line);
	expect(() => writeSync(fd, line)).toThrow("ENOSPC");
	expect(dropped).toEqual([]);
	closeSync(fd);
});
