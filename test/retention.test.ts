/** What is older than its room keeps it is deleted: from the disk, and from every page. */
import { describe, expect, test } from "vitest";
import { BOT_NAME, MessageType as types } from "../machines/message.ts";
import { indexFiles } from "../src/history/index-files.ts";
import { saidBy } from "../src/history/said.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { readBatches, segmentsOf } from "../src/log/reader.ts";
import { Snapshots } from "../src/log/snapshots.ts";
import { Verifier } from "../src/log/verifier.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk, seeded } from "./fakes/disk.ts";
import { into } from "./moderating.ts";
import { asks } from "./private-rooms.ts";
import { type Person, TestServer } from "./test-server.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** No two starts make the same ids. */
let starts = 0;

async function start(
	PLUME_RETENTION: string,
	disk = new FakeDisk(),
	clock = new FakeClock(),
	segmentBytes = 3000,
) {
	clock.forgetTimers();
	const seed = `start ${starts++}`;
	const storage = { disk, folder: "data", warn: () => {} };
	const ids = () => "abcdefghijklmnopqrstuv";
	const log = openFileLog({ ...storage, clock, ids, segmentBytes });
	const snapshots = new Snapshots({ ...storage, every: 20 });
	const environment = { PLUME_LIMITS: "off", PLUME_RETENTION };
	const again = { PLUME_RETENTION };
	const indexes = indexFiles(storage);
	const options = { log, indexes, snapshots, clock, seed, environment, again };
	return { plume: await TestServer.open(options), disk, clock, again };
}

type Started = Awaited<ReturnType<typeof start>>;

const logOf = (disk: FakeDisk) =>
	[...disk.files]
		.filter(([path]) => path.startsWith("data/log/"))
		.map(([, bytes]) => bytes.toString())
		.join("");

async function say({ plume }: Started, person: Person, ...texts: string[]) {
	for (const text of texts) {
		person.say(text);
		await plume.settle();
	}
}

/** Time passes, and what was due meanwhile is done. */
async function pass({ plume, clock }: Started, ms: number) {
	// A deletion that is under way is not begun again.
	for (const part of [ms - 2 * HOUR, HOUR, HOUR]) {
		clock.advance(Math.max(0, part));
		for (let turn = 0; turn < 200; turn++) await plume.settle();
	}
}

/** As `replay --verify` reads it. */
async function verify(disk: FakeDisk): Promise<void> {
	const verifier = new Verifier();
	for await (const _ of readBatches(await segmentsOf(disk, "data"), verifier));
	verifier.assertErasuresLogged();
}

const heard = ({ received }: Person) =>
	received.flatMap(({ user, text }) =>
		user?.name === BOT_NAME && text?.startsWith("Messages here") ? text : [],
	);

/** Every text of the room that somebody can read who comes now. */
async function readable({ plume }: Started, name: string): Promise<string> {
	const one = await plume.enter(name, "plume.2");
	const { epoch, offset } = one.memory;
	const before = Number(offset);
	one.askHistory({ room: "lobby", epoch, before, limit: 200 });
	await plume.until(() => one.last(types.history)?.before === before);
	return JSON.stringify(one.received);
}

describe("with PLUME_RETENTION=30d", () => {
	async function conversation(segmentBytes?: number) {
		const fresh = [undefined, undefined, segmentBytes] as const;
		const started = await start("30d", ...fresh);
		const ann = await started.plume.enter("ann", "plume.2");
		const bob = await started.plume.enter("bob", "plume.2");
		await say(started, ann, "old 1", "old 2");
		await say(started, bob, "old 3");
		await started.plume.operate("say", "lobby", "old notice");
		await pass(started, 20 * DAY);
		await say(started, ann, "young 1");
		await started.plume.operate("say", "lobby", "young notice");
		return { ...started, ann, bob };
	}

	test("what is older is gone from the disk, in a log that verifies", async () => {
		const started = await conversation();
		const { disk } = started;
		await pass(started, 9 * DAY);
		for (const text of ["old 1", "old 2", "old 3", "old notice"])
			expect(logOf(disk)).toContain(text);
		await pass(started, DAY + HOUR);
		expect(logOf(disk)).not.toContain("old ");
		for (const text of ["young 1", "young notice"])
			expect(logOf(disk)).toContain(text);
		await verify(disk);
		await pass(started, 20 * DAY);
		expect(logOf(disk)).not.toContain("young ");
	});

	test("those who are there see it go, each under its writer's name", async () => {
		const started = await conversation();
		const { bob } = started;
		await pass(started, 10 * DAY + HOUR);
		const gone = bob.received.filter(({ kind }) => kind === "erased");
		const names = new Set(gone.map(({ user }) => user?.name));
		expect([...names].sort()).toEqual(["ann", "bob", BOT_NAME]);
		const offsetOf = (text: string) =>
			bob.received.find((frame) => frame.text === text)?.offset;
		expect(gone.find(({ user }) => user?.name === "ann")).toMatchObject({
			from: offsetOf("old 1"),
			through: offsetOf("old 2"),
		});
	});

	test("those who come later read the rest, before and after a restart", async () => {
		const started = await conversation();
		const { disk, clock } = started;
		await pass(started, 10 * DAY + HOUR);
		const before = await readable(started, "dora");
		const again = await start("30d", disk.kill(), clock);
		const after = await readable(again, "cleo");
		for (const shown of [before, after]) {
			expect(shown).not.toContain("old ");
			expect(shown).toContain("young 1");
			expect(shown).toContain("young notice");
			expect(shown).toContain('"kind":"notice"');
		}
	});

	test("what has rotted goes as well", async () => {
		const started = await conversation();
		const { disk } = started;
		const [path = "", bytes = Buffer.alloc(0)] =
			[...disk.files].find(
				([path, bytes]) =>
					path.startsWith("data/log/") && bytes.includes("old 2"),
			) ?? [];
		const file = await disk.open(path);
		await file.write(Buffer.from("odd"), bytes.indexOf("old 2"));
		await pass(started, 10 * DAY + HOUR);
		expect(logOf(disk)).not.toMatch(/old |odd 2/);
		await verify(disk);
	});

	test("nobody takes it along", async () => {
		const started = await conversation();
		const { plume } = started;
		const { identity = "" } =
			plume.state.server.context.names.find(({ name }) => name === "ann") ?? {};
		await pass(started, 10 * DAY + HOUR);
		const texts: string[] = [];
		for await (const { text } of saidBy(identity, plume.archive))
			texts.push(text);
		expect(texts).toEqual(["young 1"]);
	});

	test("a room that is forgotten keeps it no longer", async () => {
		const started = await start("40d");
		const { plume, disk } = started;
		const ann = await plume.enter("ann", "plume.2");
		const { session } = ann.memory;
		ann.open({ session, room: "attic" });
		await plume.settle();
		await say(started, ann, "old secret of the attic");
		ann.open({ session, room: "lobby" });
		await pass(started, 35 * DAY);
		expect([...plume.state.rooms.keys()]).toEqual(["lobby"]);
		expect(logOf(disk)).toContain("old secret");
		await pass(started, 6 * DAY);
		expect(logOf(disk)).not.toContain("old secret");
		await verify(disk);
	});

	test("a crash at any call leaves it not done, or done before anyone reads", async () => {
		const outcomes = { done: 0, not: 0 };
		for (let calls = 0; calls < 16; calls++) {
			const started = await conversation(100_000);
			const { disk, clock, plume } = started;
			await pass(started, 10 * DAY - HOUR);
			expect(logOf(disk)).toContain("old 1");
			const last = disk.calls + calls;
			disk.interrupt = ({ number, kind }) =>
				kind !== "read" && number > last ? "crash" : undefined;
			clock.advance(HOUR);
			await plume.until(
				() => disk.crashed || !logOf(disk).includes("old notice"),
			);
			const found = disk.crash(seeded(calls));
			const isDone = logOf(found).includes('"as":"retention"');
			outcomes[isDone ? "done" : "not"]++;
			// Without that setting, only what was begun is done.
			const again = await start("", found, clock);
			const shown = await readable(again, "dora");
			expect(shown.includes("old 1")).toBe(!isDone);
			expect(logOf(found).includes("old 1")).toBe(!isDone);
			await verify(found);
		}
		expect(Math.min(outcomes.done, outcomes.not)).toBeGreaterThan(0);
	});
});

test("a segment that can't be read keeps its own texts alone, until it can be read", async () => {
	const started = await start("1d");
	const { plume, disk } = started;
	const ann = await plume.enter("ann", "plume.2");
	for (let n = 1; n <= 30; n++) await say(started, ann, `old ${n}.`);
	await plume.archive.catchUp();
	const [path = "", bytes = Buffer.alloc(0)] =
		[...disk.files].find(
			([path, bytes]) =>
				path.startsWith("data/log/") && bytes.includes("old 18."),
		) ?? [];
	const texts = (all: string) =>
		[...all.matchAll(/old \d+\./g)].map(([text]) => text);
	const bad = texts(bytes.toString());
	const at = bytes.indexOf('"hash":"', bytes.indexOf("old 17.")) + 8;
	const file = await disk.open(path);
	const was = Buffer.from(bytes.subarray(at, at + 1));
	await file.write(Buffer.from("!"), at);
	expect(texts(logOf(disk))).not.toEqual(bad);
	await pass(started, DAY + 2 * HOUR);
	expect(texts(logOf(disk))).toEqual(bad);
	await file.write(was, at);
	await pass(started, 3 * HOUR);
	expect(texts(logOf(disk))).toEqual([]);
	await verify(disk);
});

test("a segment whose file was missing meanwhile goes once it is back", async () => {
	const started = await start("1d");
	const { plume, disk } = started;
	const ann = await plume.enter("ann", "plume.2");
	for (let n = 1; n <= 30; n++) await say(started, ann, `old ${n}.`);
	await plume.archive.catchUp();
	const [path = "", bytes = Buffer.alloc(0)] =
		[...disk.files].find(
			([path, bytes]) =>
				path.startsWith("data/log/") && bytes.includes("old 18."),
		) ?? [];
	await disk.remove(path);
	expect(logOf(disk)).toContain("old ");
	await pass(started, DAY + 2 * HOUR);
	expect(logOf(disk)).not.toContain("old ");
	await (await disk.open(path)).write(bytes, 0);
	await pass(started, HOUR);
	expect(logOf(disk)).not.toContain("old ");
	await verify(disk);
});

test("a topic that was in use when its time came goes in the hour after it is replaced", async () => {
	const started = await start("30d");
	const { plume, disk } = started;
	const ann = await into(plume, await plume.enter("ann", "plume.2"), "boats");
	await asks(plume, ann, "topic", { room: "boats", text: "Sails" });
	await say(started, ann, ...Array.from({ length: 20 }, (_, n) => `old ${n}`));
	await pass(started, 40 * DAY);
	expect(logOf(disk)).not.toContain("old ");
	expect(logOf(disk)).toContain("Sails");
	await asks(plume, ann, "topic", { room: "boats", text: "Oars" });
	await pass(started, 3 * HOUR);
	expect(logOf(disk)).not.toContain("Sails");
	expect(logOf(disk)).toContain("Oars");
	await verify(disk);
});

test("very much goes in slices, and people talk in between", async () => {
	const started = await start("1d");
	const { plume, disk } = started;
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	for (let nth = 0; nth < 600; nth++) ann.say(`old ${nth}.`);
	await plume.settle();
	bob.onFrame = ({ kind }) => {
		if (kind !== "erased") return;
		bob.onFrame = undefined;
		bob.say("in between");
	};
	await pass(started, DAY + 2 * HOUR);
	expect(logOf(disk)).not.toContain("old ");
	const seen = ann.received.filter(
		({ kind, text }) => kind === "erased" || text === "in between",
	);
	expect(seen.at(-1)?.kind).toBe("erased");
	expect(seen.map(({ text }) => text)).toContain("in between");
});

test.each([1, 2, 3])(
	"a reload at the end of reading %i keeps what was found to be too old",
	async (reads) => {
		const started = await start("1d");
		const { plume, disk, clock, again } = started;
		const ann = await plume.enter("ann", "plume.2");
		await say(started, ann, "old.");
		clock.advance(DAY - HOUR);
		await say(started, ann, "new.");
		const read = disk.read.bind(disk);
		let left = reads;
		disk.read = async function* (...where) {
			yield* read(...where);
			if (--left === 0) await plume.operate("reload");
		};
		again.PLUME_RETENTION = "forever";
		await pass(started, 4 * HOUR);
		expect(left).toBeLessThan(1);
		expect(logOf(disk)).toContain("old.");
	},
);

test("each room has its own age", async () => {
	const started = await start("lobby=2h,attic=forever,*=3d");
	const { plume, disk } = started;
	const ann = await plume.enter("ann", "plume.2");
	const { session } = ann.memory;
	for (const room of ["lobby", "attic", "cellar"]) {
		ann.open({ session, room });
		await plume.settle();
		await say(started, ann, `said in the ${room}`);
	}
	await pass(started, 3 * HOUR);
	expect(logOf(disk)).not.toContain("said in the lobby");
	expect(logOf(disk)).toContain("said in the cellar");
	await pass(started, 3 * DAY);
	expect(logOf(disk)).not.toContain("said in the cellar");
	await pass(started, 20 * DAY);
	expect(logOf(disk)).toContain("said in the attic");
});

describe("the bot says it", () => {
	const THIRTY = "Messages here are deleted after 30 days.";

	test("once to all in a new room, and to each who comes later", async () => {
		const { plume } = await start("30d");
		const ann = await plume.enter("ann", "plume.2");
		const old = await plume.enter("old");
		expect(heard(ann)).toEqual([THIRTY]);
		expect(heard(old)).toEqual([THIRTY]);
		ann.open({ session: ann.memory.session, room: "attic" });
		await plume.settle();
		expect(heard(ann)).toEqual([THIRTY, THIRTY]);
		ann.open({ session: ann.memory.session, room: "lobby" });
		await plume.settle();
		expect(ann.last(types.welcome)?.retentionHours).toBe(30 * 24);
	});

	test("when it changes and when it ends, but not at every start", async () => {
		const first = await start("");
		const { disk, clock } = first;
		const ann = await first.plume.enter("ann", "plume.2");
		await say(first, ann, "hello");
		expect(heard(ann)).toEqual([]);
		for (const setting of ["30d", "30d", "36h", ""])
			await start(setting, disk, clock);
		const last = await start("", disk, clock);
		const shown = await readable(last, "dora");
		expect(shown.match(/Messages here[^"]*/g)?.slice(-3)).toEqual([
			THIRTY,
			"Messages here are deleted after 36 hours.",
			"Messages here are kept from now on: age deletes none of them.",
		]);
	});

	test("an hour before it deletes anything, so that a mistake can be taken back", async () => {
		const first = await start("");
		const { disk, clock } = first;
		const ann = await first.plume.enter("ann", "plume.2");
		await say(first, ann, "precious");
		await pass(first, 9 * DAY);
		await start("3d", disk, clock);
		clock.advance(HOUR / 2);
		const mistake = await start("3d", disk, clock);
		clock.advance(HOUR / 2 - 1);
		for (let turn = 0; turn < 200; turn++) await mistake.plume.settle();
		expect(logOf(disk)).toContain("precious");
		mistake.again.PLUME_RETENTION = "300d";
		const says = await mistake.plume.operate("reload");
		expect(says.join()).toContain("The bot says so in 1 room.");
		await pass(mistake, 4 * HOUR);
		expect(logOf(disk)).toContain("precious");
		mistake.again.PLUME_RETENTION = "3d";
		await mistake.plume.operate("reload");
		await pass(mistake, 4 * HOUR);
		expect(logOf(disk)).not.toContain("precious");
		expect(await mistake.plume.operate("rooms")).toEqual([
			expect.stringContaining("kept for 3 days"),
		]);
	});

	test("nothing is read again while the disk is full", async () => {
		const full = await start("3d");
		const { plume, disk, again } = full;
		const ann = await plume.enter("ann");
		await say(full, ann, "old");
		disk.interrupt = ({ kind }) =>
			kind === "write" ? { code: "ENOSPC" } : undefined;
		ann.say("into the full disk");
		await plume.until(() => plume.log.frozen);
		again.PLUME_RETENTION = "300d";
		await expect(plume.operate("reload")).rejects.toThrow("disk is full");
		disk.interrupt = () => undefined;
		await pass(full, 4 * DAY);
		expect(logOf(disk)).not.toContain("old");
	});
});
