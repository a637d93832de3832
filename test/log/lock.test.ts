import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { Lock, Locked } from "../../src/log/lock.ts";

/** A program that takes the lock of the folder it is given, says so or who has it, and stays. */
let program = "";

beforeAll(async () => {
	const { outputFiles } = await build({
		stdin: {
			contents: `
				import { Lock } from "./src/log/lock.ts";
				setInterval(() => {}, 1e6);
				Lock.take(process.argv[1]).then(
					() => console.log("taken"),
					(error) => console.log(error.pid ?? error.message),
				);`,
			resolveDir: process.cwd(),
		},
		bundle: true,
		platform: "node",
		write: false,
	});
	program = outputFiles[0]?.text ?? "";
});

async function server(folder: string) {
	const child = spawn(process.execPath, ["-e", program, folder]);
	const kill = async () => {
		if (!child.kill("SIGKILL")) return;
		await once(child, "exit");
	};
	onTestFinished(kill);
	const [answer] = await once(child.stdout, "data");
	return { pid: child.pid ?? 0, kill, says: String(answer).trim() };
}

async function dataFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "plume-lock-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	return folder;
}

/** A folder whose server was killed, and what its lock says. */
async function abandoned() {
	const folder = await dataFolder();
	const { kill } = await server(folder);
	await kill();
	const lock = await readFile(join(folder, "lock"), "utf8");
	return { folder, lock };
}

/** How many get the folder when many try at once. */
async function race(folder: string): Promise<number> {
	const tries = Array.from({ length: 12 }, () => Lock.take(folder));
	const results = await Promise.allSettled(tries);
	for (const result of results)
		if (result.status === "rejected")
			expect(result.reason).toBeInstanceOf(Locked);
	return results.filter(({ status }) => status === "fulfilled").length;
}

test("a second server is refused, and told who the first is", async () => {
	const folder = await dataFolder();
	const first = await server(folder);
	expect(first.says).toBe("taken");
	const second = Lock.take(folder);
	await expect(second).rejects.toMatchObject({ pid: first.pid });
	await expect(second).rejects.toThrow(
		`${folder} is in use by the server with process id ${first.pid}`,
	);
	expect(await readdir(folder)).toEqual(["lock"]);
});

test("a folder is made, locked, and free again when it is released", async () => {
	const folder = join(await dataFolder(), "new");
	const lock = await Lock.take(folder);
	await expect(Lock.take(folder)).rejects.toMatchObject({ pid: process.pid });
	await lock.release();
	expect(await readdir(folder)).toEqual([]);
	await (await Lock.take(folder)).release();
});

test("a killed server's folder can be taken", async () => {
	const { folder } = await abandoned();
	const lock = await Lock.take(folder);
	expect(await readdir(folder)).toEqual(["lock"]);
	await lock.release();
});

test("a process that only has a dead server's number is not taken for it", async () => {
	const { folder, lock } = await abandoned();
	const mine = lock.replace(/"pid":\d+/, `"pid":${process.pid}`);
	await writeFile(join(folder, "lock"), mine);
	await (await Lock.take(folder)).release();
});

test("a lock that a power cut has emptied can be taken", async () => {
	const folder = await dataFolder();
	await writeFile(join(folder, "lock"), "");
	await (await Lock.take(folder)).release();
});

test("of many that start at once, one gets the folder", async () => {
	expect(await race(await dataFolder())).toBe(1);
});

test("of many that would take over from the dead, one does", async () => {
	const { folder, lock } = await abandoned();
	for (let round = 0; round < 50; round++) {
		await writeFile(join(folder, "lock"), `${lock}${round}`);
		expect(await race(folder)).toBe(1);
		expect(await readdir(folder)).toEqual(["lock"]);
	}
});

test("of many processes that would, one does", async () => {
	const { folder } = await abandoned();
	const starting = Array.from({ length: 4 }, () => server(folder));
	const servers = await Promise.all(starting);
	const winners = servers.filter(({ says }) => says === "taken");
	expect(winners).toHaveLength(1);
});

test("who died while taking over can be taken over from", async () => {
	const { folder, lock } = await abandoned();
	const name = createHash("sha256").update(lock).digest("hex").slice(0, 16);
	await writeFile(join(folder, `lock-${name}`), `${lock} `);
	expect(await race(folder)).toBe(1);
	expect(await readdir(folder)).toEqual(["lock"]);
});

test("a lock that another has by now is not released", async () => {
	const folder = await dataFolder();
	const lock = await Lock.take(folder);
	await rm(join(folder, "lock"));
	await Lock.take(folder);
	await lock.release();
	expect(await readdir(folder)).toEqual(["lock"]);
});
