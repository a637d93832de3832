/** Pages of what was said earlier, for the members of a room. */

import { describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { sha256 } from "../src/engine/secrets.ts";
import { indexFiles } from "../src/history/index-files.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { newestSnapshot, Snapshots } from "../src/log/snapshots.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { type Person, TestServer } from "./test-server.ts";

const environment = { PLUME_LIMITS: "off" };

/** A server on a disk, with segments of a few lines each. */
async function testServerOn(
	disk: FakeDisk,
	clock = new FakeClock(),
	seed = "seed",
) {
	const ids = () => "abcdefghijklmnopqrstuv";
	const storage = { disk, folder: "data" };
	const log = openFileLog({ ...storage, clock, ids, segmentBytes: 5000 });
	const cache = { ...storage, warn: () => {} };
	const indexes = indexFiles(cache);
	const snapshots = new Snapshots({ ...cache, every: 20 });
	return TestServer.open({ log, indexes, snapshots, clock, seed, environment });
}

/** What `ask` is answered with: the items, and what ends them. */
async function page(
	plume: TestServer,
	person: Person,
	ask: Readonly<Record<string, unknown>> = {},
) {
	const { epoch, offset } = person.memory;
	person.news();
	const before = Number(offset) + 1;
	const asked = person.received.length;
	person.askHistory({ room: "lobby", epoch, before, ...ask });
	await plume.until(() => person.received.length > asked);
	const items = [...person.news()];
	return { end: items.pop(), items };
}

describe("history", () => {
	test("is there page by page, back to the first line", async () => {
		const plume = await testServerOn(new FakeDisk());
		const ann = await plume.enter("ann", "plume.2");
		for (let n = 1; n <= 120; n++) {
			ann.say(`line ${n}`, n);
			await plume.settle();
		}
		const live = ann.received.filter(
			({ offset, type }) => offset && type !== types.welcome,
		);
		const { end, items } = await page(plume, ann);
		expect(items).toEqual(live.slice(-50));
		expect(end).toMatchObject({ before: 122, done: true, more: true });
		const first = await page(plume, ann, { before: 72, limit: 200 });
		expect(first.items).toEqual(live.slice(0, 71));
		expect(first.end).toMatchObject({ before: 72, done: true, more: false });
		const none = await page(plume, ann, { before: 1 });
		expect(none.items).toEqual([]);
		expect(none.end).toMatchObject({ more: false });
	});

	test("is shown to the first who enters after a start that read only the end of the log", async () => {
		const [disk, clock] = [new FakeDisk(), new FakeClock()];
		const before = await testServerOn(disk, clock);
		const ann = await before.enter("ann", "plume.2");
		for (let n = 1; n <= 5; n++) ann.say(`line ${n}`, n);
		await before.settle();
		const { memory } = ann;
		ann.hangUp();
		for (let n = 0; n < 50; n++) {
			const back = before.connect("plume.2");
			back.open(memory);
			await before.settle();
			back.hangUp();
		}
		await before.engine.stop();
		clock.forgetTimers();

		const plume = await testServerOn(disk, clock, "another");
		const back = plume.connect("plume.2");
		back.open({ ...memory, offset: 3 });
		const bob = plume.connect("plume.2");
		bob.hello("bob", "bob@example.org");
		await plume.settle();
		bob.auth(plume.mailer.codeFor("bob@example.org"));
		const hello = "Hello bob, welcome to the lobby.";
		const isGreeted = () => bob.received.some(({ text }) => text === hello);
		await plume.until(() => back.isIn && isGreeted());
		expect(back.lines.slice(0, 3)).toEqual(
			[3, 4, 5].map((n) => `ann: line ${n}`),
		);
		expect(back.last(types.gap)).toBeUndefined();
		const shown = [1, 2, 3, 4, 5].map((n) => `ann: line ${n}`);
		expect(bob.lines.slice(0, 5)).toEqual(shown);
	});

	describe("after a start that read only the end of the log, to who comes back", () => {
		/** Somebody missed 345 lines before the start; the room recalls fewer. */
		async function away() {
			const [disk, clock] = [new FakeDisk(), new FakeClock()];
			const before = await testServerOn(disk, clock);
			const ann = await before.enter("ann", "plume.2");
			const bob = await before.enter("bob", "plume.2");
			ann.hangUp();
			for (let n = 1; n <= 345; n++) {
				bob.say(`line ${n}`, n);
				await before.settle();
			}
			await before.engine.stop();
			clock.forgetTimers();
			return { disk, clock, memory: ann.memory };
		}

		test("is all they missed", async () => {
			const { disk, clock, memory } = await away();
			const plume = await testServerOn(disk, clock, "another");
			const room = plume.server.room("lobby");
			const missed = async (offset: number) => {
				const back = plume.connect("plume.2");
				back.open({ ...memory, offset });
				await plume.until(() => !!back.last(types.welcome));
				await plume.settle();
				expect(back.last(types.gap)).toBeUndefined();
				return back.items.map((item) => item.offset);
			};
			const { offset } = room.recent.head;
			expect(await missed(offset)).toEqual([]);
			let first = offset;
			while (room.recent.after(first - 1)) first--;
			expect(first).toBeGreaterThan(Number(memory.offset) + 3);
			for (const seen of [Number(memory.offset), first - 2, first - 1, first])
				expect(await missed(seen)).toEqual(
					Array.from({ length: offset - seen }, (_, nth) => seen + 1 + nth),
				);
		});

		test("is a gap where it has rotted", async () => {
			const { disk, clock, memory } = await away();
			const plume = await testServerOn(disk, clock, "another");
			const [path = "", bytes] =
				[...disk.files].find(([path]) => path.startsWith("data/log/")) ?? [];
			const file = await disk.open(path);
			await file.write(Buffer.from("lime 2"), bytes?.indexOf("line 2") ?? 0);
			const back = plume.connect("plume.2");
			back.open(memory);
			await plume.until(() => back.last(types.history) !== undefined);
			const [welcome, gap] = back.received;
			expect([welcome?.type, gap?.type]).toEqual([types.welcome, types.gap]);
			expect(back.lines.at(-1)).toBe("bob: line 345");
		});
	});

	test("who enters learns whether there is more than the latest", async () => {
		const plume = await TestServer.open({
			environment: { ...environment, PLUME_LIMIT_HISTORY_MESSAGES: "2" },
		});
		const ann = await plume.enter("ann", "plume.2");
		expect(ann.last(types.history)).toMatchObject({ done: true, more: false });
		for (const text of ["one", "two", "three"]) ann.say(text);
		await plume.settle();
		const bob = await plume.enter("bob", "plume.2");
		const { epoch } = bob.memory;
		expect(bob.last(types.history)).toMatchObject({
			epoch,
			done: true,
			more: true,
		});
	});

	test("the same holds after a restart", async () => {
		const [disk, clock] = [new FakeDisk(), new FakeClock()];
		const plume = await testServerOn(disk, clock);
		const ann = await plume.enter("ann", "plume.2");
		for (let n = 1; n <= 60; n++) ann.say(`line ${n}`, n);
		await plume.settle();
		const before = await page(plume, ann);
		await plume.engine.stop();
		const again = await testServerOn(new FakeDisk(disk.files), clock);
		const back = again.connect("plume.2");
		back.open(ann.memory);
		await again.settle();
		expect(await page(again, back, { before: 62 })).toEqual(before);
	});

	test("a page is at most 256 KiB", async () => {
		const plume = await testServerOn(new FakeDisk());
		const ann = await plume.enter("ann", "plume.2");
		for (let n = 1; n <= 40; n++) {
			ann.say(`x${"\u0001".repeat(3999)}`, n);
			await plume.settle();
		}
		const { items, end } = await page(plume, ann, { limit: 200 });
		expect(JSON.stringify(items).length).toBeLessThan(256 * 1024);
		expect(items.length).toBeGreaterThan(3);
		expect(end).toMatchObject({ more: true });
	});

	test("can be read while the disk is full", async () => {
		const disk = new FakeDisk();
		const plume = await testServerOn(disk);
		const ann = await plume.enter("ann", "plume.2");
		ann.say("one", 1);
		await plume.settle();
		disk.interrupt = ({ kind }) =>
			kind === "write" ? { code: "ENOSPC" } : undefined;
		ann.say("two", 2);
		await plume.settle();
		const { items } = await page(plume, ann);
		expect(items.map(({ text }) => text)).toEqual(["entered chat", "one"]);
	});

	test.each([
		["another epoch", { epoch: "h3Kd0a.Zq81xB" }, "placeIsKnown"],
		["an offset that is yet to come", { before: 3 }, "placeIsKnown"],
		["a room that nobody opened", { room: "nowhere" }, "placeIsKnown"],
		["before the first", { before: 0 }, "frameIsUnderstood"],
		["half an offset", { before: 1.5 }, "frameIsUnderstood"],
		["no items", { limit: 0 }, "frameIsUnderstood"],
		["a room without a name", { room: 7 }, "frameIsUnderstood"],
		["no epoch", { epoch: undefined }, "frameIsUnderstood"],
	])("%s is refused", async (_, ask, code) => {
		const plume = await TestServer.open({ environment });
		const ann = await plume.enter("ann", "plume.2");
		const { end, items } = await page(plume, ann, ask);
		expect(items).toEqual([]);
		expect(end).toMatchObject({ type: types.refused, code });
	});

	test("a limit above 200 counts as 200", async () => {
		const plume = await testServerOn(new FakeDisk());
		const ann = await plume.enter("ann", "plume.2");
		for (let n = 1; n <= 230; n++) {
			ann.say(`line ${n}`, n);
			await plume.settle();
		}
		const { items, end } = await page(plume, ann, { limit: 9000 });
		expect(items).toHaveLength(200);
		expect(end).toMatchObject({ done: true, more: true });
	});

	test("is for those who are in", async () => {
		const plume = await TestServer.open({ environment });
		const ann = await plume.enter("ann", "plume.2");
		const stranger = plume.connect("plume.2");
		const { end } = await page(plume, stranger, ann.memory);
		expect(end).toMatchObject({ code: "frameIsUnderstood" });
		const { epoch } = ann.memory;
		const asked = await page(plume, stranger, { epoch, before: 1 });
		expect(asked.end).toMatchObject({ code: "isInside", re: types.history });
	});

	test("is no classic client's", async () => {
		const plume = await TestServer.open({ environment });
		const bob = await plume.enter("bob", "plume.2");
		const ann = await plume.enter("ann");
		ann.askHistory({ room: "lobby", epoch: bob.memory.epoch, before: 2 });
		await plume.settle();
		expect(ann.received.at(-1)?.text).toContain("not be understood");
	});

	test("is read one page at a time by each", async () => {
		const plume = await testServerOn(new FakeDisk());
		const ann = await plume.enter("ann", "plume.2");
		const { epoch } = ann.memory;
		for (const before of [2, 1])
			ann.askHistory({ room: "lobby", epoch, before });
		await plume.until(() => ann.last(types.history)?.before === 2);
		const refused = { code: "isNotTooFast", retryAfter: 1_000 };
		expect(ann.last(types.refused)).toMatchObject(refused);
	});

	test("is read one page at a time while a sync hangs", async () => {
		const disk = new FakeDisk();
		const plume = await testServerOn(disk);
		const ann = await plume.enter("ann", "plume.2");
		const { epoch } = ann.memory;
		let goOn = (_: undefined) => {};
		const hangs = new Promise<undefined>((resolve) => {
			goOn = resolve;
		});
		disk.interrupt = ({ kind, path }) =>
			kind === "sync" && path.includes("/log/") ? hangs : undefined;
		ann.say("one", 1);
		for (let asked = 0; asked < 3; asked++) {
			ann.askHistory({ room: "lobby", epoch, before: 2 });
			await plume.until(() => plume.archive.isIdle);
		}
		goOn(undefined);
		await plume.settle();
		expect(ann.last(types.history)).toMatchObject({ before: 2 });
		const news = ann.news();
		expect(news.filter(({ code }) => code === "isNotTooFast")).toHaveLength(2);
	});

	test("that has rotted is refused, to nobody else's harm", async () => {
		const disk = new FakeDisk();
		const plume = await testServerOn(disk);
		const ann = await plume.enter("ann", "plume.2");
		for (let n = 1; n <= 40; n++) {
			ann.say(`line ${n}`, n);
			await plume.settle();
		}
		await page(plume, ann);
		const [first = "", bytes] =
			[...disk.files].find(([path]) => path.startsWith("data/log/")) ?? [];
		const file = await disk.open(first);
		const at = bytes?.indexOf("line 2") ?? 0;
		await file.write(Buffer.from("lime 2"), at);
		const { end } = await page(plume, ann, { before: 5 });
		expect(end).toMatchObject({
			type: types.refused,
			code: "historyIsReadable",
		});
		expect((await page(plume, ann, { limit: 3 })).items).toHaveLength(3);
		ann.say("still here", 41);
		await plume.settle();
		expect(ann.last(types.text)).toMatchObject({ text: "still here" });
	});
});

test("a page far back reads one segment alone", async () => {
	const disk = new FakeDisk();
	const plume = await testServerOn(disk);
	const ann = await plume.enter("ann", "plume.2");
	for (let n = 1; n <= 200; n++) {
		ann.say(`line ${n}`, n);
		await plume.settle();
	}
	const read: string[] = [];
	disk.interrupt = ({ kind, path }) => {
		if (kind === "read") read.push(path);
		return undefined;
	};
	await page(plume, ann, { limit: 3 });
	read.length = 0;
	await page(plume, ann, { before: 2 });
	const segments = read.filter((path) => path.includes("/log/"));
	expect(segments).toHaveLength(1);
});

test("a stop leaves the next start nothing to read", async () => {
	const disk = new FakeDisk();
	const plume = await testServerOn(disk);
	const ann = await plume.enter("ann", "plume.2");
	ann.say("a line", 1);
	await plume.settle();
	await plume.engine.stop();
	const before = plume.state.hash();
	const { position, state } = (await newestSnapshot(disk, "data")) ?? {};
	expect(position?.seq).toBe(plume.log.ordered);
	expect(sha256(state ?? "")).toBe(before);

	plume.clock.forgetTimers();
	const next = await testServerOn(disk, plume.clock, "next");
	const back = next.connect("plume.2");
	back.open(ann.memory);
	await next.until(() => back.received.length > 0);
	expect(back.received).toMatchObject([{ type: types.welcome, last: 1 }]);
	expect(next.fatal).toBeUndefined();
});
