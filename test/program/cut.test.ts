/** What an operator does with a damaged log or an older copy: cut it, start it, and everyone is told. */

import {
	chmod,
	cp,
	readdir,
	readFile,
	stat,
	writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { filesIn, newDataFolder, Plume, run } from "./program.ts";

/** Where ann and bob have talked; the server was killed. */
let data: string;
let session: unknown;
/** What ann's tab knows of where it was. */
let position: Record<string, unknown>;

beforeAll(async () => {
	const plume = await Plume.start({ PLUME_LIMITS: "off" });
	data = plume.data;
	const ann = await Caller.enter(plume, "ann", { protocol: "plume.2" });
	// Each line is a batch of its own.
	for (let n = 1; n <= 9; n++) {
		ann.say(`line ${n}.`);
		await ann.until(({ text }) => text === `line ${n}.`);
	}
	const last = await ann.until(({ text }) => text === "line 9.");
	({ token: session } = await ann.until(({ type }) => type === types.session));
	const { epoch, offset, time } = last;
	position = { session, room: "lobby", epoch, offset, time };
	plume.kill("SIGKILL");
	await plume.ended;
});

const started: Plume[] = [];
afterAll(() => Promise.all(started.map((plume) => plume.stop())));

/** Starts on a folder, and comes back as ann's tab. */
async function annIsBack(folder: string, args: readonly string[] = []) {
	const plume = await Plume.start({ PLUME_DATA: folder }, "", args);
	started.push(plume);
	const ann = await Caller.call(plume.port, { protocol: "plume.2" });
	ann.raw.send({ type: types.open, ...position });
	return { plume, ann };
}

const copyOf = async (folder: string) => {
	const copy = await newDataFolder();
	// A server that was killed leaves its socket behind.
	const filter = (path: string) => !path.endsWith(".sock");
	await cp(folder, copy, { recursive: true, filter });
	return copy;
};

async function eventsIn(folder: string) {
	const names = (await readdir(join(folder, "log"))).sort();
	const texts = names.map((name) =>
		readFile(join(folder, "log", name), "utf8"),
	);
	return (await Promise.all(texts))
		.flatMap((text) => text.trim().split("\n"))
		.map((line) => JSON.parse(line));
}

const seqOf = async (text: string): Promise<number> =>
	(await eventsIn(data)).find((event) => event.text === text)?.seq;

/** With one letter of what was said another than it was. */
async function damaged(text: string): Promise<string> {
	const folder = await copyOf(data);
	const [name = ""] = await readdir(join(folder, "log"));
	const segment = join(folder, "log", name);
	const log = await readFile(segment, "utf8");
	await writeFile(segment, log.replace(text, text.toUpperCase()));
	return folder;
}

test("a damaged log is refused, then cut before the damage, then started with the same people", async () => {
	const folder = await damaged("line 6.");
	expect((await run(["replay", "--verify", folder])).code).toBe(3);
	expect((await run([], { PLUME_DATA: folder })).code).toBe(1);
	const before = await filesIn(folder);
	const into = join(await newDataFolder(), "new");
	const { code, stdout, stderr } = await run(["cut", folder, into]);
	expect([code, stderr]).toEqual([0, ""]);
	const to = (await seqOf("line 6.")) - 1;
	expect(stdout).toContain(`Copied events 1 to ${to} into ${into}`);
	expect(stdout).toContain("It is sound no further");
	expect(await filesIn(folder)).toEqual(before);
	const verified = await run(["replay", "--verify", into]);
	expect([verified.code, verified.stderr]).toEqual([0, ""]);
	const { ann } = await annIsBack(into);
	await ann.until(({ type }) => type === types.gap);
	await ann.until(({ text }) => text === "line 5.");
	const { user, epoch } = await ann.until(({ type }) => type === types.welcome);
	expect(user?.name).toBe("ann");
	expect(epoch).not.toBe(position.epoch);
	expect(JSON.stringify(ann.received)).not.toMatch(/line [6-9]/i);
});

test("the secret is for its owner alone in the copy, as all else is", async () => {
	const from = await copyOf(data);
	await chmod(join(from, "secret"), 0o644);
	const into = join(await newDataFolder(), "new");
	expect((await run(["cut", from, into])).code).toBe(0);
	const secret = join(into, "secret");
	expect(await readFile(secret)).toEqual(await readFile(join(data, "secret")));
	const paths = (await filesIn(into)).map(([path]) => path);
	expect(paths).toContain(secret);
	for (const path of paths) expect((await stat(path)).mode & 0o777).toBe(0o600);
	for (const folder of [into, join(into, "log")])
		expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test("a log is cut after an event, or after a time", async () => {
	const seq = await seqOf("line 3.");
	const { time } = (await eventsIn(data)).find((event) => event.seq === seq);
	for (const to of [`${seq}`, new Date(time).toISOString()]) {
		const into = join(await newDataFolder(), "new");
		const { code, stdout } = await run(["cut", data, "--to", to, into]);
		expect(code).toBe(0);
		expect(stdout).toMatch(
			/Left out: \d+ events, from \S+ to \S+; messages: \d in lobby/,
		);
		const texts = (await eventsIn(into)).flatMap(({ text }) => text ?? []);
		expect(texts.slice(0, 3)).toEqual(["line 1.", "line 2.", "line 3."]);
		expect((await run(["replay", "--verify", into])).code).toBe(0);
	}
});

test.each<[string, (folder: string) => readonly string[], number, RegExp]>([
	["one folder", () => ["a"], 2, /plume cut/],
	["no number or time", () => [data, "--to", "yesterday", "b"], 2, /--to/],
	["a folder in use", (folder) => [data, folder], 2, /is not empty/],
	["a folder inside", () => [data, join(data, "new")], 2, /never written/],
	["no log", () => ["/nowhere", "b"], 1, /no log in \/nowhere/],
	[
		"nothing sound",
		(folder) => [data, "--to", "0", join(folder, "b")],
		3,
		/sound/,
	],
])(
	"plume cut with %s says what is wrong by its exit code",
	async (_, args, code, words) => {
		const folder = await newDataFolder();
		await writeFile(join(folder, "kept"), "");
		const before = await filesIn(data);
		const ended = await run(["cut", ...args(folder)]);
		expect(ended.stdout + ended.stderr).toMatch(words);
		expect(ended.code).toBe(code);
		expect(await filesIn(data)).toEqual(before);
		expect(await readdir(folder)).toEqual(["kept"]);
	},
);

test("a start with --restored logs the restore, the next one does not", async () => {
	const folder = await copyOf(data);
	const { seq: from } = (await eventsIn(folder)).at(-1);
	const { plume, ann } = await annIsBack(folder, ["serve", "--restored"]);
	const { epoch } = await ann.until(({ type }) => type === types.welcome);
	expect(epoch).not.toBe(position.epoch);
	await ann.until(({ type }) => type === types.gap);
	expect((await plume.stop()).code).toBe(0);
	const again = await Plume.start({ PLUME_DATA: folder });
	const back = await Caller.call(again.port, { protocol: "plume.2" });
	back.raw.send({ type: types.open, session, room: "lobby" });
	expect((await back.until(({ type }) => type === types.welcome)).epoch).toBe(
		epoch,
	);
	expect((await again.stop()).code).toBe(0);
	const events = await eventsIn(folder);
	const restores = events.filter(({ type }) => type === "log.restored");
	expect(restores).toEqual([expect.objectContaining({ from })]);
	expect((await run(["replay", "--verify", folder])).code).toBe(0);
});
