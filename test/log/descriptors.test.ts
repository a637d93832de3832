/** The real disk in a process that has no file descriptor left. */
import { spawnSync } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

const CALLS = `
	import { closeSync, openSync } from "node:fs";
	import { realDisk, textOf } from "./src/log/disk.ts";

	const folder = process.argv[2];
	const calls = {
		list: () => realDisk.list(folder),
		sync: () => realDisk.syncFolder(folder),
		read: () => textOf(realDisk, folder + "/file"),
		open: async () => (await realDisk.open(folder + "/file")).close(),
	};
	for (const [name, call] of Object.entries(calls)) {
		await call();
		const taken = [];
		try {
			for (;;) taken.push(openSync("/dev/null"));
		} catch {}
		const done = call();
		setTimeout(() => closeSync(taken.pop()), 20);
		await done.then(
			() => console.log(name),
			(error) => console.log(error.message),
		);
		taken.forEach((fd) => closeSync(fd));
	}`;

test("a file is opened as soon as a descriptor is free again", async () => {
	const { outputFiles } = await build({
		stdin: { contents: CALLS, resolveDir: process.cwd() },
		bundle: true,
		format: "esm",
		platform: "node",
		write: false,
	});
	const folder = await mkdtemp(join(tmpdir(), "plume-descriptors-"));
	await writeFile(join(folder, "file"), "text");
	const program = join(folder, "calls.mjs");
	await writeFile(program, outputFiles[0]?.text ?? "");
	const { stdout } = spawnSync(
		"sh",
		["-c", 'ulimit -n 64; exec "$0" "$@"', process.execPath, program, folder],
		{ encoding: "utf8" },
	);
	expect(stdout.trim().split("\n")).toEqual(["list", "sync", "read", "open"]);
});
