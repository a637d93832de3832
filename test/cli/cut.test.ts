/** A log is cut where it is sound, and the copy can be started. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openFileLog } from "../../src/log/file-log.ts";
import { Lock, Locked } from "../../src/log/lock.ts";
import type { FakeDisk } from "../fakes/disk.ts";
import { TestServer } from "../test-server.ts";
import { openDesk, plume } from "./desk.ts";

const GAP = 13;
let desk: Awaited<ReturnType<typeof openDesk>>;
let ann: Awaited<ReturnType<TestServer["enter"]>>;

beforeEach(async () => {
	desk = await openDesk({ segmentBytes: 2000, every: 10 });
	ann = await desk.testServer.enter("ann", "plume.2");
	for (let n = 1; n <= 20; n++) await says(n);
});

async function says(n: number) {
	desk.clock.advance(1000);
	ann.say(`line ${n}.`, n);
	await desk.testServer.settle();
}

const write = async (disk: FakeDisk, path: string, text: string) =>
	(await disk.open(path)).write(Buffer.from(text), 0);

const dataOf = (disk: FakeDisk) =>
	[...disk.files].filter(([path]) => path.startsWith("data/"));

/** All events, in order. */
const eventsIn = (disk: FakeDisk, folder: string) =>
	[...disk.files]
		.filter(([path]) => path.startsWith(`${folder}/log/`))
		.flatMap(([, bytes]) => bytes.toString().trim().split("\n"))
		.map((line) => JSON.parse(line))
		.filter(({ seq }) => seq !== undefined);

const seqOf = (text: string) =>
	eventsIn(desk.disk, "data").find((event) => event.text === text)?.seq;

async function isSound(folder = "new") {
	const { code, lines } = await plume(desk.disk, [
		"replay",
		"--verify",
		folder,
	]);
	expect(lines.join("\n")).toContain("Verified");
	expect(code).toBe(0);
}

function cut(...args: string[]) {
	return plume(desk.disk, ["cut", "data", ...args, "new"]);
}

describe("plume cut", () => {
	test("copies all of a sound log beside its server, with the secret", async () => {
		await write(desk.disk, "data/secret", "a secret of the server\n");
		const before = dataOf(desk.disk);
		const { code, lines } = await cut();
		expect(code).toBe(0);
		expect(lines.slice(-2)).toEqual([
			"Nothing was left out.",
			"Start it: PLUME_DATA=new plume serve",
		]);
		expect(dataOf(desk.disk)).toEqual(before);
		expect(desk.disk.files.get("new/secret")?.toString()).toBe(
			"a secret of the server\n",
		);
		await isSound();
		const types = eventsIn(desk.disk, "new").map(({ type }) => type);
		expect(types.slice(-2)).toEqual(["log.restored", "room.restored"]);
	});

	test("makes a log that a server starts with, where those who come back get a gap", async () => {
		await cut("--to", String(seqOf("line 9.")));
		const { disk, clock } = desk;
		const ids = () => "unused";
		const log = openFileLog({ disk, folder: "new", clock, ids });
		const testServer = await TestServer.open({ log, clock, seed: "again" });
		const back = testServer.connect("plume.2");
		back.open(ann.memory);
		await testServer.settle();
		expect(back.last(GAP)).toBeDefined();
		expect(back.lines.at(-1)).toBe("ann: line 9.");
	});

	test("ends with the last whole batch up to an event, and tells what is left out", async () => {
		const to = seqOf("line 12.");
		const { code, lines } = await cut("--to", String(to));
		expect(code).toBe(0);
		expect(lines[0]).toContain(`Copied events 1 to ${to}`);
		expect(lines.join("\n")).toMatch(
			/Left out: \d+ events, from .+: 8 in lobby/,
		);
		await isSound();
		const inside = await cut("--to", "4");
		expect(inside.code).toBe(2);
		expect(inside.lines[0]).toContain("new is not empty");
	});

	test("says that no batch is so old, rather than that none is sound", async () => {
		const { code, lines } = await cut("--to", "2020-01-01");
		expect([code, lines]).toEqual([
			3,
			["The first sound batch of events ends later than that."],
		]);
	});

	test("never ends inside a batch", async () => {
		const [entered] = eventsIn(desk.disk, "data").filter(
			({ type }) => type === "client.entered",
		);
		expect((await cut("--to", String(entered.batch[1] - 1))).code).toBe(0);
		const from = eventsIn(desk.disk, "new").find(
			({ type }) => type === "log.restored",
		)?.from;
		expect(from).toBe(entered.batch[0] - 1);
	});

	test("erases again what was erased further on", async () => {
		const item = ann.items.find(({ text }) => text === "line 3.");
		ann.erase({ room: "lobby", epoch: item?.epoch, target: item?.offset });
		await desk.testServer.settle();
		const { lines } = await cut("--to", String(seqOf("line 12.")));
		expect(lines[1]).toContain("Erased again");
		await isSound();
		const [erased] = eventsIn(desk.disk, "new").filter(
			({ type }) => type === "message.erased",
		);
		expect(erased).toMatchObject({
			target: item?.offset,
			by: expect.any(String),
		});
		expect(JSON.stringify(eventsIn(desk.disk, "new"))).not.toContain("line 3.");
	});

	test("ends before damage, and tells its place", async () => {
		const damaged = seqOf("line 7.");
		for (const [path, bytes] of dataOf(desk.disk)) {
			const at = path.includes("/log/") ? bytes.indexOf("line 7.") : -1;
			if (at > 0) bytes[at] = 0x4c;
		}
		const { code, lines } = await cut();
		expect(code).toBe(0);
		expect(lines[0]).toContain(`Copied events 1 to ${damaged - 1}`);
		expect(lines.join("\n")).toContain("It is sound no further");
		await isSound();
	});

	test("tells how much a snapshot shows to be missing", async () => {
		await desk.testServer.engine.stop();
		const segments = dataOf(desk.disk).filter(([path]) =>
			path.includes("/log/"),
		);
		for (const [path] of segments.slice(-3)) await desk.disk.remove(path);
		const { code, lines } = await cut();
		expect(code).toBe(0);
		expect(lines.join("\n")).toMatch(
			/Missing before: \d+ events, for a snapshot/,
		);
		await isSound();
	});

	test.each([
		["its log", "new/restoring/log/0"],
		["its secret", "new/restoring/secret"],
	])(
		"says that it is not whole if the disk fills up in %s",
		async (_, part) => {
			await write(desk.disk, "data/secret", "a secret of the server\n");
			desk.disk.interrupt = ({ kind, path }) =>
				kind === "write" && path.startsWith(part)
					? { code: "ENOSPC" }
					: undefined;
			const warnings: string[] = [];
			const warn = (line: string) => warnings.push(line);
			const args = ["cut", "data", "new"];
			const never = async () => false;
			const asked = plume(desk.disk, args, never, { warn });
			await expect(asked).rejects.toThrow("ENOSPC");
			expect(warnings).toEqual([
				"The copy is not whole: remove new, and try again.",
			]);
		},
	);

	test("has a whole log, its mark and its secret once its log has a name", async () => {
		await write(desk.disk, "data/secret", "a secret of the server\n");
		let seen: string[] = [];
		desk.disk.interrupt = async ({ path }) => {
			const names = [...desk.disk.files.keys()];
			const isNamed = names.some((name) => name.startsWith("new/log/"));
			if (!isNamed || seen.length > 0 || path === "new/log") return undefined;
			seen = names.filter((name) => name.startsWith("new/"));
			const types = eventsIn(desk.disk, "new").map(({ type }) => type);
			seen.push(...types.slice(-2));
			return undefined;
		};
		expect((await cut()).code).toBe(0);
		expect(seen).toEqual(
			expect.arrayContaining([
				...["new/restoring/secret", "log.restored", "room.restored"],
			]),
		);
		expect([...desk.disk.files.keys()]).toContain("new/secret");
	});

	test("asks nobody to remove a folder that could not be made", async () => {
		desk.disk.interrupt = ({ kind, path }) =>
			kind === "makeFolder" && path.startsWith("new")
				? { code: "EACCES" }
				: undefined;
		const warnings: string[] = [];
		const warn = (line: string) => warnings.push(line);
		const args = ["cut", "data", "new"];
		const asked = plume(desk.disk, args, async () => false, { warn });
		await expect(asked).rejects.toThrow("EACCES");
		expect(warnings).toEqual([]);
	});

	test("refuses a folder where a server is about to start", async () => {
		const folder = await mkdtemp(join(tmpdir(), "plume-"));
		const lock = await Lock.acquire(folder);
		const others = { lock: (data: string) => Lock.acquire(data) };
		const args = ["cut", "data", folder];
		const asked = plume(desk.disk, args, undefined, others);
		await expect(asked).rejects.toThrow(Locked);
		await lock.release();
		expect((await plume(desk.disk, ["cut", "data", folder])).code).toBe(0);
	});

	test("refuses a folder into which another cut is at work", async () => {
		const folder = await mkdtemp(join(tmpdir(), "plume-"));
		const lock = (data: string) => Lock.acquire(data);
		const args = ["cut", "data", folder];
		const asks = () => plume(desk.disk, args, undefined, { lock });
		let second: Promise<unknown> | undefined;
		desk.disk.interrupt = async ({ kind, path }) => {
			if (second || kind !== "makeFolder" || !path.startsWith(folder))
				return undefined;
			second = asks().catch((error: unknown) => error);
			await second;
			return undefined;
		};
		expect((await asks()).code).toBe(0);
		expect(await second).toBeInstanceOf(Locked);
	});

	test("says that the copy is whole if only its draft can't be removed", async () => {
		desk.disk.interrupt = ({ kind, path }) =>
			kind === "removeFolder" && path === "new/restoring"
				? { code: "EACCES" }
				: undefined;
		const lines: string[] = [];
		const keep = (line: string) => lines.push(line);
		const others = { print: keep, warn: keep };
		const args = ["cut", "data", "new"];
		const asked = plume(desk.disk, args, async () => false, others);
		await expect(asked).rejects.toThrow(/^new\/restoring could not be removed/);
		expect(lines.join("\n")).toMatch(/^Copied events/);
		expect(lines.join("\n")).not.toContain("not whole");
	});

	test("refuses a folder in the data folder, and a folder without a log", async () => {
		const inside = await plume(desk.disk, ["cut", "data", "data/new"]);
		expect(inside.code).toBe(2);
		expect((await plume(desk.disk, ["cut", "nothing", "new"])).code).toBe(1);
		expect((await plume(desk.disk, ["cut", "data"])).code).toBe(2);
		expect((await cut("--to", "0")).code).toBe(3);
	});
});
