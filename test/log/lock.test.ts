import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
	cp,
	mkdtemp,
	readdir,
	readFile,
	rename,
	rm,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Lock, Locked } from "../../src/log/lock.ts";

/** A program that locks the given folder, prints whether it got the lock or who has it, and keeps running. */
let program = "";

beforeAll(async () => {
	const { outputFiles } = await build({
		stdin: {
			contents: `
				import { Lock } from "./src/log/lock.ts";
				setInterval(() => {}, 1e6);
				Lock.acquire(process.argv[1]).then(
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

interface Surroundings {
	/** The command that runs it. */
	readonly by?: string;
	readonly env?: NodeJS.ProcessEnv;
}

/** A path without the program `flock`. */
const WITHOUT_FLOCK = { env: { PATH: "/nowhere" } };

async function server(
	folder: string,
	{ by = "", env = process.env }: Surroundings = {},
) {
	const command = `exec ${by} '${process.execPath}' -e "$0" "$@"`;
	const args = ["-c", command, program, folder];
	// Its own process group, so that the command that runs it is killed too.
	const child = spawn("/bin/sh", args, { env, detached: true });
	const kill = async () => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		process.kill(-(child.pid ?? 0), "SIGKILL");
		await once(child, "exit");
	};
	onTestFinished(kill);
	let complaint = "";
	child.stderr.on("data", (data) => {
		complaint += data;
	});
	const answer = await Promise.race([
		once(child.stdout, "data"),
		once(child, "close").then(() => complaint),
	]);
	return { pid: child.pid ?? 0, kill, says: String(answer).trim() };
}

/** A process namespace of its own, as each container has one. */
const CONTAINER = "unshare --pid --fork --kill-child --mount-proc";
/** /proc as `plume.service` shows it to a server: only its own processes. */
const SANDBOX = `unshare --pid --fork --kill-child --mount sh -c 'mount -t proc -o subset=pid,hidepid=invisible proc /proc && exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"' sh`;

beforeAll(() => {
	const { status } = spawnSync("unshare", ["--pid", "--fork", "true"]);
	if (status !== 0)
		throw new Error(
			"These tests make process namespaces: run them as root, with `apt-get install util-linux`",
		);
});

async function dataFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "plume-lock-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	return folder;
}

/** A folder whose server was killed, and the content of its lock. */
async function abandoned(surroundings?: Surroundings) {
	const folder = await dataFolder();
	const { kill } = await server(folder, surroundings);
	await kill();
	const lock = await readFile(join(folder, "lock"), "utf8");
	return { folder, lock };
}

/** How many get the folder when many try at once. */
async function race(folder: string, path = process.env.PATH): Promise<number> {
	vi.stubEnv("PATH", path);
	onTestFinished(() => {
		vi.unstubAllEnvs();
	});
	const tries = Array.from({ length: 12 }, () => Lock.acquire(folder));
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
	const second = Lock.acquire(folder);
	await expect(second).rejects.toMatchObject({ pid: first.pid });
	await expect(second).rejects.toThrow(
		`${folder} is in use by process ${first.pid}. Stop it first, or choose another folder.`,
	);
	expect(await readdir(folder)).toEqual(["lock"]);
});

test("a folder is made, locked, and free again when it is released", async () => {
	const folder = join(await dataFolder(), "new");
	const lock = await Lock.acquire(folder);
	await expect(Lock.acquire(folder)).rejects.toMatchObject({
		pid: process.pid,
	});
	await lock.release();
	expect(await readdir(folder)).toEqual([]);
	await (await Lock.acquire(folder)).release();
});

test("a killed server's folder can be taken", async () => {
	const { folder } = await abandoned();
	const lock = await Lock.acquire(folder);
	expect(await readdir(folder)).toEqual(["lock"]);
	await lock.release();
});

test("a process that only has a dead server's number is not taken for it", async () => {
	const { folder, lock } = await abandoned();
	const mine = lock.replace(/"pid":\d+/, `"pid":${process.pid}`);
	await writeFile(join(folder, "lock"), mine);
	await (await Lock.acquire(folder)).release();
});

test("a lock that a power cut has emptied can be taken", async () => {
	const folder = await dataFolder();
	await writeFile(join(folder, "lock"), "");
	await (await Lock.acquire(folder)).release();
});

test.each([
	["with flock", process.env.PATH],
	["without flock", "/nowhere"],
])("of many that start at once %s, one gets the folder", async (_, path) => {
	expect(await race(await dataFolder(), path)).toBe(1);
});

test("of many that would take over from the dead, one does", async () => {
	const { folder, lock } = await abandoned(WITHOUT_FLOCK);
	for (let round = 0; round < 15; round++) {
		await writeFile(join(folder, "lock"), `${lock}${round}`);
		expect(await race(folder, "/nowhere")).toBe(1);
		expect(await readdir(folder)).toEqual(["lock"]);
	}
});

test.each([
	["with flock", {}],
	["without flock", WITHOUT_FLOCK],
])("of many processes that would %s, one does", async (_, surroundings) => {
	const { folder } = await abandoned(surroundings);
	const starting = Array.from({ length: 4 }, () =>
		server(folder, surroundings),
	);
	const servers = await Promise.all(starting);
	const winners = servers.filter(({ says }) => says === "taken");
	expect(winners).toHaveLength(1);
});

test("who died while taking over can be taken over from", async () => {
	const { folder, lock } = await abandoned(WITHOUT_FLOCK);
	const name = createHash("sha256").update(lock).digest("hex").slice(0, 16);
	await writeFile(join(folder, `lock-${name}`), `${lock} `);
	expect(await race(folder, "/nowhere")).toBe(1);
	expect(await readdir(folder)).toEqual(["lock"]);
});

test("a lock that another has by now is not released", async () => {
	const folder = await dataFolder();
	const lock = await Lock.acquire(folder);
	await rm(join(folder, "lock"));
	await Lock.acquire(folder);
	await lock.release();
	expect(await readdir(folder)).toEqual(["lock"]);
});

describe("a server in another process namespace", () => {
	test.each([
		["a container", CONTAINER],
		["the sandbox of the unit", SANDBOX],
	])("is refused in %s, though it sees no other process", async (_, by) => {
		const folder = await dataFolder();
		const first = await server(folder, { by: CONTAINER });
		const second = await server(folder, { by });
		expect([first.says, second.says]).toEqual(["taken", "1"]);
		await first.kill();
		expect((await server(folder, { by })).says).toBe("taken");
	});

	test("is refused while the first is stopped by SIGSTOP", async () => {
		const folder = await dataFolder();
		const first = await server(folder);
		process.kill(first.pid, "SIGSTOP");
		const second = await server(folder, { by: CONTAINER });
		expect(second.says).toBe(`${first.pid}`);
	});
});

describe.each([
	["with flock", {}],
	["without flock", WITHOUT_FLOCK],
])("%s", (_, { env = process.env }: Surroundings) => {
	test("the copy of a live folder is another folder", async () => {
		const folder = await dataFolder();
		const copy = await dataFolder();
		expect((await server(folder, { env })).says).toBe("taken");
		await cp(folder, copy, { recursive: true });
		expect((await server(copy, { env })).says).toBe("taken");
		expect((await server(folder, { env })).says).not.toBe("taken");
	});

	test("a dead process's lock with our own number does not hold us up where /proc tells little", async () => {
		const folder = await dataFolder();
		const dead = '{"pid":1,"started":"","nonce":"before the reboot"}';
		await writeFile(join(folder, "lock"), dead);
		const { says } = await server(folder, {
			by: SANDBOX.replace('"$@"', `env PATH='${env.PATH}' "$@"`),
		});
		expect(says).toBe("taken");
	});

	test("an older version's server still holds its folder", async () => {
		const folder = await dataFolder();
		const { lock, folder: other } = await abandoned();
		const old = await server(other);
		const { started } = JSON.parse(await readFile(join(other, "lock"), "utf8"));
		expect(lock).toContain('"started"');
		const says = JSON.stringify({ pid: old.pid, started, nonce: "older" });
		await writeFile(join(folder, "lock"), says);
		expect((await server(folder, { env })).says).toBe(`${old.pid}`);
	});
});

test("a file system without hard links is named, with what to install, where there is no flock", async () => {
	const folder = await dataFolder();
	const refuse =
		'require("node:fs/promises").link = async () => { throw Object.assign(new Error("ENOTSUP: operation not supported"), { code: "ENOTSUP" }); };';
	const preload = join(folder, "refuse.cjs");
	await writeFile(preload, refuse);
	const NODE_OPTIONS = `--require ${preload}`;
	const env = { ...WITHOUT_FLOCK.env, NODE_OPTIONS };
	const { says } = await server(folder, { env });
	expect(says).toContain(`PLUME_DATA: the folder ${folder} cannot be locked`);
	expect(says).toMatch(/ENOTSUP.*flock/);
	const withFlock = { ...process.env, NODE_OPTIONS };
	expect((await server(folder, { env: withFlock })).says).toBe("taken");
});

test.each([
	"the lock is removed",
	"the folder is renamed",
	"a copy stands in its place",
])("that it is ours no longer is found when %s", async (change) => {
	const folder = join(await dataFolder(), "data");
	const lock = await Lock.acquire(folder);
	lock.check();
	if (change === "the lock is removed") await rm(join(folder, "lock"));
	else await rename(folder, `${folder}-old`);
	if (change === "a copy stands in its place")
		await cp(`${folder}-old`, folder, { recursive: true });
	expect(() => lock.check()).toThrow(`${join(folder, "lock")} was removed`);
});
