/** What an operator keeps: backups of a server that is busy, each of which comes back. */
import { spawn } from "node:child_process";
import {
	chmod,
	mkdir,
	readdir,
	readFile,
	stat,
	writeFile,
} from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import {
	ending,
	filesIn,
	newDataFolder,
	Plume,
	PROGRAM,
	run,
} from "./program.ts";

let plume: Plume;
let isBusy = true;
/** Called at each line that is said. */
let onSaid = () => {};

/** Ann talks all the time until the first test is over, and takes back every other line. */
beforeAll(async () => {
	plume = await Plume.start({ PLUME_LIMITS: "off" });
	const ann = await Caller.enter(plume, "ann", { protocol: "plume.2" });
	void (async () => {
		for (let n = 1; isBusy; n++) {
			const text = `line ${n}. ${"x".repeat(1 + (n % 500))}`;
			ann.say(text);
			const { epoch, offset } = await ann.until((frame) => frame.text === text);
			const erase = { type: types.erase, room: "lobby", target: offset, epoch };
			if (n % 2 === 0) ann.raw.send(erase);
			ann.received.length = 0;
			onSaid();
		}
	})();
});

afterAll(async () => {
	await plume.stop();
});

async function backup(...args: string[]) {
	const into = join(await newDataFolder(), "kept");
	if (isBusy)
		await new Promise<void>((resolve) => {
			onSaid = resolve;
		});
	const made = await run(["backup", ...args, into], { PLUME_DATA: plume.data });
	return { into, ...made };
}

const stateIn = (text: string) => /[Ss]tate ([\w-]{43})/.exec(text)?.[1];

test("backups of a busy server verify, and each restores to its hash", async () => {
	for (let round = 0; round < 3; round++) {
		const { into, code, stdout, stderr } = await backup();
		expect([code, stderr]).toEqual([0, ""]);
		const verified = await run(["replay", "--verify", into]);
		expect([verified.code, verified.stderr]).toEqual([0, ""]);
		expect(stateIn(verified.stdout)).toBe(stateIn(stdout));
		const data = await newDataFolder();
		const restored = await run(["restore", into], { PLUME_DATA: data });
		expect([restored.code, restored.stderr]).toEqual([0, ""]);
		const [, , to = ""] =
			/^plume replay (\S+) --to (\d+) gives/m.exec(restored.stdout) ?? [];
		const replayed = await run(["replay", data, "--to", to]);
		expect(replayed.stdout).toContain(stateIn(stdout));
		const check = await run(["check"], { PLUME_DATA: data });
		expect(check.code).toBe(0);
	}
	isBusy = false;
});

test("a backup is for its owner alone, with the secret in it", async () => {
	await chmod(join(plume.data, "secret"), 0o644);
	const { into } = await backup();
	const files = await filesIn(into);
	expect(files.map(([path]) => path.slice(into.length + 1))).toEqual([
		"backup.json",
		expect.stringMatching(/^log\/\d{20}\.ndjson$/),
		"secret",
	]);
	for (const [path] of files)
		expect((await stat(path)).mode & 0o777).toBe(0o600);
	for (const folder of [into, join(into, "log")])
		expect((await stat(folder)).mode & 0o777).toBe(0o700);
	expect(await readFile(join(into, "secret"))).toEqual(
		await readFile(join(plume.data, "secret")),
	);
});

/** Runs a line of the shell, with `plume` as a command. */
async function shell(line: string, data: string) {
	const script = `plume() { "$NODE" "$PROGRAM" "$@"; }; ${line}`;
	const env = { ...process.env, NODE: process.execPath, PROGRAM };
	return ending(
		spawn("sh", ["-c", script], { env: { ...env, PLUME_DATA: data } }),
	);
}

test("a backup goes through a pipe into another folder", async () => {
	const data = await newDataFolder();
	const line = `plume backup - | PLUME_DATA=${data} plume restore -`;
	const { code, stdout, stderr } = await shell(line, plume.data);
	expect(code).toBe(0);
	expect(stdout).toContain(`gives state ${stateIn(stderr)}`);
	expect((await readdir(data)).sort()).toEqual(["log", "secret"]);
	const files = (await filesIn(data)).map(([path]) => path);
	for (const path of files) expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a pipe whose reader is gone is a failure, and its part no backup", async () => {
	const folder = await newDataFolder();
	const tar = join(folder, "part.tar");
	const cut = `(plume backup - ; echo "code $?" >&2) | head -c 2000 > ${tar}`;
	const { stderr } = await shell(cut, plume.data);
	expect(stderr).toMatch(/code 1$/m);
	const data = join(folder, "data");
	const ended = await shell(`plume restore - < ${tar}`, data);
	expect([ended.code, ended.stderr]).toEqual([
		3,
		expect.stringMatching(/no whole backup.* Nothing was restored/),
	]);
	expect(await readdir(data)).toEqual([]);
});

test("a restored server lets people log in under their names again", async () => {
	const { into } = await backup();
	const data = await newDataFolder();
	const restored = await run(["restore", into], { PLUME_DATA: data });
	expect(restored.stdout).toContain(`PLUME_DATA=${data} plume serve`);
	const again = await Plume.start({ PLUME_DATA: data });
	const ann = await Caller.enter(again, "ann", { protocol: "plume.2" });
	expect(ann.received.some(({ type }) => type === types.welcome)).toBe(true);
	expect((await again.stop()).code).toBe(0);
});

test("no server begins anew where a restore was broken off, which is typed again", async () => {
	const { into } = await backup();
	const data = await newDataFolder();
	await mkdir(join(data, "restoring", "log"), { recursive: true });
	const there = { PLUME_DATA: data, PLUME_PORT: "0" };
	const refused = await run(["serve"], there);
	expect([refused.code, refused.stderr]).toEqual([
		1,
		expect.stringContaining("or was broken off."),
	]);
	expect((await run(["restore", into], there)).code).toBe(0);
	expect((await run(["check"], there)).code).toBe(0);
});

test("the timer's script makes a backup of the day, and keeps those of 14 days and of another log", async () => {
	const folder = await newDataFolder();
	const day = (ago: number) =>
		new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
	const [young, old, part, other] = [13, 15, 16, 17].map(
		(ago) => `plume-${day(ago)}-120000`,
	);
	for (const name of [
		...[`${young}`, `${old}`, `${part}`, `${other}`],
		`plume-${day(1)}-000000.unfinished`,
		"plume-by-hand.unfinished",
	])
		await mkdir(join(folder, name));
	await mkdir(join(folder, "my own"));
	const { into } = await backup();
	const mark = await readFile(join(into, "backup.json"), "utf8");
	await writeFile(join(folder, `${old}`, "backup.json"), mark);
	const others = mark.replace(/"log":"./, '"log":"_');
	await writeFile(join(folder, `${other}`, "backup.json"), others);
	const script = `BACKUPS=${folder} ops/plume-backup.sh`;
	const { code, stdout } = await shell(script, plume.data);
	expect(code).toBe(0);
	const made = /into (\S+):/.exec(stdout)?.[1] ?? "";
	expect(made).toMatch(/plume-\d{4}-\d\d-\d\d-\d{6}$/);
	expect((await readdir(folder)).sort()).toEqual([
		...["my own", other, young, basename(made), "plume-by-hand.unfinished"],
	]);
	const failed = await shell(script, join(folder, "nothing"));
	expect(failed.code).toBe(1);
	expect(await readdir(folder)).toHaveLength(5);
});

test.each(["-1", "0", "1.5", "two"])(
	"the script of the timer refuses to keep backups for %s days",
	async (days) => {
		const folder = await newDataFolder();
		const script = `BACKUPS=${folder} KEEP_DAYS=${days} ops/plume-backup.sh`;
		const { code, stderr } = await shell(script, plume.data);
		expect(stderr).toBe(
			`KEEP_DAYS is "${days}": say how many days a backup is kept, a whole number from 1 on.\n`,
		);
		expect([code, await readdir(folder)]).toEqual([2, []]);
	},
);

test("the script of the timer removes none where the clock may have leapt", async () => {
	const folder = await newDataFolder();
	const { into } = await backup();
	const mark = await readFile(join(into, "backup.json"), "utf8");
	const old = ["plume-2020-01-01-120000", "plume-2020-01-02-120000"];
	for (const name of old) {
		await mkdir(join(folder, name));
		await writeFile(join(folder, name, "backup.json"), mark);
	}
	const script = `BACKUPS=${folder} ops/plume-backup.sh`;
	const { code, stdout } = await shell(script, plume.data);
	expect(code).toBe(0);
	expect(stdout).toContain(`before this one is ${old[1]}: see whether`);
	expect((await readdir(folder)).sort()).toEqual([
		...[...old, expect.stringMatching(/^plume-2/)],
	]);
});

test("a backup without the secret says what a start needs", async () => {
	const { into } = await backup("--without-secret");
	const data = await newDataFolder();
	const { stdout } = await run(["restore", into], { PLUME_DATA: data });
	expect(stdout).toContain(`put it into ${data}/secret`);
	const wrong = { PLUME_DATA: data, PLUME_SECRET: "another secret, as long" };
	expect((await run(["check"], wrong)).stdout).toContain("another secret");
	const right = await readFile(join(plume.data, "secret"), "utf8");
	await writeFile(join(data, "secret"), right, { mode: 0o600 });
	expect((await run(["check"], { PLUME_DATA: data })).code).toBe(0);
});
