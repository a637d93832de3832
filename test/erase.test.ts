/** What was said can be taken back: the text is gone, from the disk and from every page. */

import { describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import type { Reporter } from "../src/engine/parts.ts";
import { indexFiles } from "../src/history/index-files.ts";
import { saidBy } from "../src/history/said.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { readBatches, segmentsOf } from "../src/log/reader.ts";
import { Snapshots } from "../src/log/snapshots.ts";
import { Verifier } from "../src/log/verifier.ts";
import { FakeClock } from "./fakes/clock.ts";
import { type Call, FakeDisk, seeded } from "./fakes/disk.ts";
import { changed, savedIn } from "./log/folder.ts";
import { type Person, TestServer } from "./test-server.ts";

const environment = { PLUME_LIMITS: "off" };
const DAY = 86_400_000;

/** No two starts make the same ids. */
let starts = 0;

async function testServerOn(
	disk: FakeDisk,
	clock = new FakeClock(),
	segmentBytes = 3000,
	report?: Reporter,
) {
	const seed = `start ${starts++}`;
	const ids = () => "abcdefghijklmnopqrstuv";
	const storage = { disk, folder: "data" };
	const warn = () => {};
	const log = openFileLog({ ...storage, clock, ids, segmentBytes });
	const indexes = indexFiles({ ...storage, warn });
	const snapshots = new Snapshots({ ...storage, every: 20, warn });
	return TestServer.open({
		...{ log, indexes, snapshots, clock, seed, environment },
		...(report && { report }),
	});
}

/** Ann and bob, who has said nothing, and twelve lines of hers. */
async function conversation(
	disk = new FakeDisk(),
	clock = new FakeClock(),
	report?: Reporter,
) {
	const plume = await testServerOn(disk, clock, undefined, report);
	const bob = await plume.enter("bob", "plume.2");
	const ann = await plume.enter("ann", "plume.2");
	for (let n = 1; n <= 12; n++) {
		ann.say(`secret ${n}!`, n);
		await plume.settle();
	}
	return { plume, disk, clock, ann, bob };
}

const positionOf = (person: Person, text: string) => {
	const said = person.received.find((frame) => frame.text === text);
	return { room: "lobby", epoch: said?.epoch, target: said?.offset };
};

/** Everything on the disk, as text, or what is in one folder of it. */
const onDisk = (disk: FakeDisk, folder = "") =>
	[...disk.files]
		.filter(([path]) => path.startsWith(folder))
		.map(([, bytes]) => bytes.toString())
		.join("\n");

/** The salts of all that was said. */
const saltsOf = (disk: FakeDisk) =>
	[...onDisk(disk).matchAll(/"salt":"([^"]+)","text":"secret/g)].map(
		([, salt = ""]) => salt,
	);

const turns = async (count: number) => {
	for (let turn = 0; turn < count; turn++)
		await new Promise((resolve) => setImmediate(resolve));
};

/** Calls to the log's files wait, if they are meant, until the answer is called. */
function hold(disk: FakeDisk, isMeant: (call: Call) => boolean): () => void {
	let goOn = () => {};
	const stalled = new Promise<undefined>((resolve) => {
		goOn = () => resolve(undefined);
	});
	disk.interrupt = (call) =>
		call.path.includes("/log/") && isMeant(call) ? stalled : undefined;
	return goOn;
}

const erasureSeen = (person: Person) =>
	person.received.some(({ kind }) => kind === "erased");

/** As `replay --verify` reads it. */
async function verify(disk: FakeDisk): Promise<number> {
	const verifier = new Verifier();
	for await (const _ of readBatches(await segmentsOf(disk, "data"), verifier));
	verifier.assertErasuresLogged();
	return verifier.seq;
}

/** Their connection is lost. A new one asks again for all to be erased. */
function comeBack(plume: TestServer, person: Person): Person {
	person.hangUp();
	const back = plume.connect("plume.2");
	back.open(person.memory);
	back.erase({ mine: true, id: "all" });
	return back;
}

async function refusal(plume: TestServer, person: Person): Promise<unknown> {
	await plume.until(() => person.last(types.refused) !== undefined);
	return person.last(types.refused)?.code;
}

describe("a message that is erased", () => {
	test("is gone from the disk before anyone hears of it, in a log that verifies", async () => {
		const { plume, disk, ann, bob } = await conversation();
		const position = positionOf(ann, "secret 3!");
		let published = false;
		disk.interrupt = () => {
			published ||= erasureSeen(bob);
			if (onDisk(disk).includes("secret 3!")) expect(published).toBe(false);
			return undefined;
		};
		ann.erase(position);
		await plume.until(() => erasureSeen(bob));
		expect(onDisk(disk)).not.toContain("secret 3!");
		expect(onDisk(disk)).toContain("secret 4!");
		expect(bob.received.at(-1)).toMatchObject({
			type: types.system,
			kind: "erased",
			user: { name: "ann" },
			text: "",
			target: position.target,
			offset: 15,
		});
		expect(await verify(disk)).toBe(plume.log.committed);
	});

	test("stays until its erasure is committed, whatever else is logged", async () => {
		const { plume, disk, ann, bob } = await conversation();
		const goOn = hold(disk, ({ kind }) => kind === "sync");
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => onDisk(disk).includes("message.erased"));
		bob.say("");
		await turns(20);
		expect(onDisk(disk)).toContain("secret 3!");
		goOn();
		await plume.until(() => erasureSeen(ann));
		expect(onDisk(disk)).not.toContain("secret 3!");
	});

	/** An erasure that is committed, and whose text is still there. */
	async function halfDone() {
		const { plume, disk, clock, ann, bob } = await conversation();
		const position = positionOf(ann, "secret 3!");
		const isLogged = () => onDisk(disk).includes("message.erased");
		let writes = 0;
		const goOn = hold(
			disk,
			({ kind }) => kind === "write" && isLogged() && writes++ === 0,
		);
		ann.erase(position);
		await plume.until(() => writes > 0);
		return { plume, disk, clock, position, goOn, bob };
	}

	test("is in no page that was read while it was overwritten", async () => {
		const { plume, position, goOn, bob } = await halfDone();
		const before = Number(position.target) + 1;
		bob.news();
		bob.askHistory({ ...position, before, limit: 1 });
		await turns(20);
		expect(bob.news()).toEqual([]);
		goOn();
		await plume.until(() => bob.last(types.history)?.before === before);
		expect(JSON.stringify(bob.news())).not.toContain("secret 3!");
	});

	test("is overwritten at the next start, however much was said before the crash", async () => {
		const { plume, disk, clock, bob } = await halfDone();
		const snapshots = () =>
			[...disk.files.keys()].filter((name) => name.includes("/snapshots/"));
		const before = snapshots();
		for (let n = 1; n <= 80; n++) {
			bob.say(`line ${n}`, n);
			await plume.settle();
		}
		// A start that believed one would not read what is still to be overwritten.
		expect(snapshots()).toEqual(before);
		const left = disk.kill();
		expect(onDisk(left)).toContain("secret 3!");
		clock.forgetTimers();
		await testServerOn(left, clock);
		expect(onDisk(left)).not.toContain("secret 3!");
	});

	test("stays gone when the power goes after a crash between its overwrite and the sync of that", async () => {
		const { plume, disk, clock, ann } = await conversation();
		const isLogged = () => onDisk(disk).includes("message.erased");
		let syncs = 0;
		hold(disk, ({ kind }) =>
			kind === "sync" && isLogged() && !onDisk(disk).includes("secret 3!")
				? syncs++ === 0
				: false,
		);
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => syncs > 0);
		const left = disk.kill();
		expect(left.has("secret 3!")).toBe(true);
		clock.forgetTimers();
		for (const name of left.files.keys())
			if (name.includes("/snapshots/")) await left.remove(name);
		await testServerOn(left, clock);
		expect(left.has("secret 3!")).toBe(false);
	});

	test.each(["reads what comes after a snapshot", "reads the whole log"])(
		"is not written again by a start that %s",
		async (what) => {
			const { plume, disk, clock, ann } = await conversation();
			ann.erase(positionOf(ann, "secret 3!"));
			await plume.until(() => erasureSeen(ann));
			const again = disk.kill();
			const names = [...again.files.keys()];
			const isSnapshot = (name: string) => name.includes("/snapshots/");
			expect(names.some(isSnapshot)).toBe(true);
			if (what === "reads the whole log")
				for (const name of names.filter(isSnapshot)) await again.remove(name);
			// The start itself logs something.
			const newest = names.findLast((name) => name.includes("/log/"));
			let writes = 0;
			again.interrupt = ({ kind, path }) => {
				const isOfOld = path.includes("/log/") && path < `${newest}`;
				if (kind === "write" && isOfOld) writes++;
				return undefined;
			};
			clock.forgetTimers();
			await testServerOn(again, clock);
			expect(writes).toBe(0);
		},
	);

	test("takes with it what a crash had cut off: the words may be the same", async () => {
		const { plume, disk, ann } = await conversation();
		await disk.makeFolder("data/torn");
		const torn = await disk.open("data/torn/cut-off");
		await torn.write(Buffer.from("secret 3!"), 0);
		await torn.sync();
		await disk.syncFolder("data/torn");
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => erasureSeen(ann));
		expect(disk.has("secret 3!")).toBe(false);
	});

	test("is gone from what was cut off, though the server was killed before it was removed", async () => {
		const { disk, clock, ann } = await conversation();
		await disk.makeFolder("data/torn");
		const torn = await disk.open("data/torn/cut-off");
		await torn.write(Buffer.from("secret 3!"), 0);
		await torn.sync();
		await disk.syncFolder("data/torn");
		disk.interrupt = ({ kind, path }) =>
			kind === "remove" && path.includes("/torn/") ? "crash" : undefined;
		ann.erase(positionOf(ann, "secret 3!"));
		await disk.crashing;
		const left = disk.kill();
		expect(savedIn(left)).toHaveLength(1);
		clock.forgetTimers();
		for (const name of left.files.keys())
			if (name.includes("/snapshots/")) await left.remove(name);
		await testServerOn(left, clock);
		expect(savedIn(left)).toEqual([]);
	});

	test("leaves alone what a later start cuts off, until more is erased", async () => {
		const { plume, disk, clock, ann, bob } = await conversation();
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => erasureSeen(ann));
		bob.say("said last", 1);
		await plume.settle();
		const killed = disk.kill();
		const log = [...killed.files.keys()].filter((it) => it.includes("/log/"));
		const torn = changed(killed.files, `${log.at(-1)}`, (bytes) =>
			bytes.subarray(0, -10),
		);
		clock.forgetTimers();
		const left = new FakeDisk(torn);
		const again = await testServerOn(left, clock);
		expect(savedIn(left)).toHaveLength(1);
		const cleo = await again.enter("cleo", "plume.2");
		cleo.say("oops", 1);
		await again.settle();
		const erasures = () =>
			cleo.received.filter(({ kind }) => kind === "erased").length;
		const before = erasures();
		cleo.erase(positionOf(cleo, "oops"));
		await again.until(() => erasures() > before);
		expect(savedIn(left)).toEqual([]);
	});

	test("is a placeholder for who comes later, in history as in what was missed", async () => {
		const { plume, ann, bob } = await conversation();
		const position = positionOf(ann, "secret 3!");
		const memory = { ...bob.memory, offset: 3 };
		bob.hangUp();
		ann.erase(position);
		await plume.until(() => erasureSeen(ann));
		const placeholder = { type: types.text, text: "", erased: true };
		const cleo = await plume.enter("cleo", "plume.2");
		const back = plume.connect("plume.2");
		back.open(memory);
		await plume.settle();
		cleo.askHistory({
			...position,
			before: Number(position.target) + 1,
			limit: 1,
		});
		await plume.until(() => cleo.last(types.history)?.before !== undefined);
		for (const person of [cleo, back]) {
			const shown = person.received.filter(
				({ offset, type }) => offset === position.target && type === types.text,
			);
			expect(shown.length).toBeGreaterThan(0);
			for (const frame of shown) expect(frame).toMatchObject(placeholder);
			expect(JSON.stringify(person.received)).not.toContain("secret 3!");
		}
	});

	test("stays a placeholder after a restart", async () => {
		const { plume, disk, clock, ann } = await conversation();
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => erasureSeen(ann));
		const before = plume.state.hash();
		disk.kill();
		clock.forgetTimers();
		const again = await testServerOn(new FakeDisk(disk.files), clock);
		const dora = await again.enter("dora", "plume.2");
		expect(JSON.stringify(dora.received)).not.toContain("secret 3!");
		expect(dora.received).toContainEqual(
			expect.objectContaining({ erased: true }),
		);
		expect(before).not.toBe("");
	});

	test("changes no state: only the event that erased it does", async () => {
		const { plume, disk, ann } = await conversation();
		const { ordered } = plume.log;
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => erasureSeen(ann));
		expect(plume.log.ordered).toBe(ordered + 1);
		expect(await verify(disk)).toBe(ordered + 1);
	});

	test("is nothing to a classic client", async () => {
		const { plume, ann } = await conversation();
		const old = await plume.enter("old");
		old.news();
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => erasureSeen(ann));
		expect(old.news()).toEqual([]);
	});

	test("can be erased from another tab, only once", async () => {
		const { plume, ann } = await conversation();
		const tab = await plume.enter("ann", "plume.2");
		for (const person of [tab, tab]) person.erase(positionOf(ann, "secret 3!"));
		expect(await refusal(plume, tab)).toBe("placeIsKnown");
		await plume.until(() => erasureSeen(ann));
		ann.erase(positionOf(ann, "secret 3!"));
		expect(await refusal(plume, ann)).toBe("placeIsKnown");
	});

	test("is erased once, however soon a second request follows", async () => {
		for (const later of [0, 1, 2]) {
			const { plume, disk, ann } = await conversation();
			ann.erase(positionOf(ann, "secret 12!"));
			await turns(later);
			ann.erase(positionOf(ann, "secret 12!"));
			await turns(later);
			ann.say("one more", 13);
			await plume.until(() => ann.last(types.refused) !== undefined);
			ann.erase(positionOf(ann, "secret 11!"));
			ann.eraseAll();
			await plume.until(() => ann.closed !== undefined);
			const events = onDisk(disk).matchAll(/"seqs":\[([\d,]+)\]/g);
			const seqs = Array.from(events, ([, list]) => list?.split(",")).flat();
			expect(new Set(seqs).size).toBe(13);
			expect(seqs).toHaveLength(13);
		}
	});

	test.each([
		["someone else's", {}, "isTheirOwn"],
		["of another epoch", { epoch: "abcdef.AAAAAA" }, "placeIsKnown"],
		["that is yet to come", { target: 99 }, "placeIsKnown"],
		["that is no message", { target: 1 }, "placeIsKnown"],
		["in another room", { room: "nowhere" }, "placeIsKnown"],
		["without an offset", { target: undefined }, "frameIsUnderstood"],
		["at offset 0", { target: 0 }, "frameIsUnderstood"],
	])("is not erased if it is %s", async (_, ask, code) => {
		const { plume, disk, ann, bob } = await conversation();
		bob.erase({ ...positionOf(ann, "secret 3!"), ...ask });
		expect(await refusal(plume, bob)).toBe(code);
		expect(onDisk(disk)).toContain("secret 3!");
	});

	test("is not erased by who is not in", async () => {
		const { plume, ann } = await conversation();
		const stranger = plume.connect("plume.2");
		stranger.erase(positionOf(ann, "secret 3!"));
		expect(await refusal(plume, stranger)).toBe("isInside");
	});

	test("is not called done while it waits for space", async () => {
		const { plume, disk, clock, ann } = await conversation();
		const position = positionOf(ann, "secret 3!");
		let committed = false;
		disk.interrupt = ({ kind }) => {
			committed ||= onDisk(disk).includes("message.erased");
			return kind === "write" && committed ? { code: "ENOSPC" } : undefined;
		};
		ann.erase(position);
		await plume.until(() => (disk.injected["ENOSPC at write"] ?? 0) > 0);
		expect(erasureSeen(ann)).toBe(false);
		disk.interrupt = () => undefined;
		clock.advance(1000);
		await plume.until(() => erasureSeen(ann));
		expect(onDisk(disk)).not.toContain("secret 3!");
		expect(plume.fatal).toBeUndefined();
	});

	test("is left to the next start, if there is no space until the server stops", async () => {
		const { plume, disk, clock, ann } = await conversation();
		const where = [...disk.files].find(([, bytes]) =>
			bytes.includes("secret 3!"),
		);
		disk.interrupt = ({ kind, path }) =>
			kind === "open" && path === where?.[0] ? { code: "ENOSPC" } : undefined;
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => (disk.injected["ENOSPC at open"] ?? 0) > 0);
		const stopped = plume.engine.stop();
		clock.advance(1000);
		await stopped;
		expect(onDisk(disk)).toContain("secret 3!");
		disk.interrupt = () => undefined;
		clock.forgetTimers();
		await testServerOn(disk, clock);
		expect(onDisk(disk)).not.toContain("secret 3!");
	});

	test("ends the process if its overwriting can't be synced", async () => {
		const { plume, disk, ann } = await conversation();
		let syncs = 0;
		disk.interrupt = ({ kind }) =>
			kind === "sync" && ++syncs > 1 ? { code: "EIO" } : undefined;
		ann.erase(positionOf(ann, "secret 3!"));
		await plume.until(() => false);
		expect(plume.fatal?.message).toContain("EIO");
		expect(erasureSeen(ann)).toBe(false);
	});
});

test.each([
	{
		what: "one message",
		erase: (ann: Person) => ann.erase(positionOf(ann, "secret 3!")),
		remaining: 11,
	},
	{
		what: "all of someone's",
		erase: (ann: Person) => ann.eraseAll(),
		remaining: 0,
	},
])(
	"a crash at any call leaves the erasure of $what not done, or done before anyone reads",
	async ({ erase, remaining }) => {
		const whole = await conversation();
		const before = whole.disk.calls;
		erase(whole.ann);
		await whole.plume.until(() => erasureSeen(whole.bob));
		const most = whole.disk.calls - before;
		const outcomes = { done: 0, not: 0 };
		for (let calls = 0; calls <= most; calls++)
			for (let seed = 0; seed < 4; seed++) {
				const { plume, disk, clock, ann, bob } = await conversation();
				const salts = saltsOf(disk);
				const last = disk.calls + calls;
				disk.interrupt = ({ number }) => (number > last ? "crash" : undefined);
				erase(ann);
				await plume.until(() => disk.crashed || erasureSeen(bob));
				const wasSeen = erasureSeen(bob);
				clock.forgetTimers();
				const found = disk.crash(seeded(seed));
				const again = await testServerOn(found, clock);
				const cleo = await again.enter("cleo", "plume.2");
				const { epoch, offset } = cleo.memory;
				const position = { room: "lobby", epoch, before: Number(offset) };
				cleo.askHistory({ ...position, limit: 200 });
				await again.until(() => cleo.last(types.history)?.before !== undefined);
				const isErased = onDisk(found, "data/log").includes("message.erased");
				const left = isErased ? remaining : 12;
				const texts = (all: string) => new Set(all.match(/secret \d+!/g)).size;
				expect(salts).toHaveLength(12);
				expect(
					salts.filter((salt) => onDisk(found).includes(salt)),
				).toHaveLength(left);
				expect(texts(onDisk(found))).toBe(left);
				expect(texts(JSON.stringify(cleo.received))).toBe(left);
				const back = again.connect("plume.2");
				back.open(ann.memory);
				await again.until(() => back.received.length > 0);
				expect(back.isIn).toBe(left > 0);
				if (wasSeen) expect(isErased).toBe(true);
				outcomes[isErased ? "done" : "not"] += 1;
				await verify(found);
			}
		expect(Math.min(outcomes.done, outcomes.not)).toBeGreaterThan(0);
	},
);

test("text that is gone without a committed erasure is refused", async () => {
	const { plume, disk, clock } = await conversation();
	await plume.engine.stop();
	clock.forgetTimers();
	const [path = "", bytes = Buffer.alloc(0)] =
		[...disk.files].filter(([name]) => name.startsWith("data/log/")).at(-1) ??
		[];
	const line = bytes
		.toString()
		.split("\n")
		.findLast((one) => one.includes("salt"));
	const whole = line?.slice(line.indexOf(',"salt"')) ?? "";
	const forged = bytes
		.toString()
		.replace(whole, ',"erased":true}'.padEnd(whole.length));
	const files = new Map(disk.files).set(path, Buffer.from(forged));
	// With them, a start would leave that to be found afterwards.
	for (const name of files.keys())
		if (name.startsWith("data/snapshots/")) files.delete(name);
	await expect(verify(new FakeDisk(files))).rejects.toThrow("event");
	await expect(testServerOn(new FakeDisk(files), clock)).rejects.toThrow(
		"event",
	);
});

test("waits with few others, and the rest are told so: what waits takes memory", async () => {
	const { plume, disk, ann, bob } = await conversation();
	const position = positionOf(ann, "secret 3!");
	const goOn = hold(disk, ({ kind }) => kind === "read");
	for (let n = 0; n < 1000; n++) ann.erase(position);
	bob.say("@plumebot report 3 spam");
	await turns(20);
	const refused = ann.received.filter(({ code }) => code === "isNotTooFast");
	expect(refused.length).toBeGreaterThan(700);
	expect(bob.received.some(({ text }) => `${text}`.includes("too fast"))).toBe(
		true,
	);
	bob.say("meanwhile", 1);
	await plume.until(() => ann.last(types.text)?.text === "meanwhile");
	goOn();
	await plume.until(() => erasureSeen(bob));
	expect(onDisk(disk)).not.toContain("secret 3!");
});

describe("all of someone's", () => {
	test("is gone, as are their tabs, which frees their name", async () => {
		const { plume, disk, ann, bob } = await conversation();
		const tab = await plume.enter("ann", "plume.2");
		const old = await plume.enter("ann");
		bob.say("mine stays", 1);
		ann.say("one more", 13);
		ann.eraseAll();
		ann.say("too late", 14);
		await plume.until(() => ann.closed !== undefined);
		await plume.settle();
		for (const person of [ann, tab, old])
			expect(person.closed?.code).toBe(4002);
		expect(bob.last(types.system)).toMatchObject({ kind: "left" });
		expect(bob.received).toContainEqual(
			expect.objectContaining({ kind: "erased", through: 18 }),
		);
		for (const text of ["secret ", "one more", "too late"])
			expect(onDisk(disk)).not.toContain(text);
		expect(onDisk(disk)).toContain("mine stays");
		expect(ann.last(types.refused)).toMatchObject({
			code: "isNotErasing",
			n: 14,
		});
		const other = await plume.enter("ann", "plume.2", "other@example.org");
		expect(other.isIn).toBe(true);
		expect(JSON.stringify(other.received)).not.toContain("secret ");
		await verify(disk);
	});

	test("may be very much: the next start takes it as well", async () => {
		const { plume, disk, clock } = await conversation();
		const seqs = Array.from({ length: 150_000 }, (_, nth) => 1000 + nth);
		const [room, author, time] = ["lobby", "ann", clock.now()];
		const who = { name: "ann", author, by: author, as: "author" } as const;
		const type = "message.erased";
		plume.log.append([
			{ event: { type, time, room, ...who, through: 1, seqs } },
		]);
		await plume.settle();
		clock.forgetTimers();
		const again = await testServerOn(new FakeDisk(disk.files), clock);
		expect(again.fatal).toBeUndefined();
	});

	test("reaches what was said in a room that is forgotten since", async () => {
		const { plume, disk, clock, ann } = await conversation();
		const { session } = ann.memory;
		const goTo = async (room: string) => {
			ann.open({ session, room });
			await plume.settle();
		};
		await goTo("attic");
		ann.say("secret of the attic", 1);
		await plume.settle();
		await goTo("lobby");
		clock.advance(25 * DAY);
		await goTo("lobby");
		clock.advance(6 * DAY);
		await plume.settle();
		expect([...plume.state.rooms.keys()]).toEqual(["lobby"]);
		expect(onDisk(disk)).toContain("secret of the attic");
		ann.eraseAll();
		await plume.until(() => ann.closed !== undefined);
		expect(onDisk(disk)).not.toContain("secret ");
		await verify(disk);
	});

	test("is erased even if its author, even its room, is gone by the time it is found", async () => {
		const { plume, disk, clock, ann } = await conversation();
		ann.open({ session: ann.memory.session, room: "attic" });
		await plume.settle();
		ann.say("secret of the attic", 1);
		await plume.settle();
		ann.eraseAll();
		ann.hangUp();
		clock.advance(400 * DAY);
		expect([...plume.state.rooms.keys()]).toEqual(["lobby"]);
		await plume.until(() => !!plume.fatal || !onDisk(disk).includes("secret "));
		expect(plume.fatal).toBeUndefined();
		await verify(disk);
	});

	test("is nothing, for who said nothing", async () => {
		const { plume, bob } = await conversation();
		bob.eraseAll();
		await plume.until(() => bob.closed !== undefined);
		expect(erasureSeen(bob)).toBe(false);
	});
});

test("a text that has rotted is erased with all of someone's", async () => {
	const { plume, disk, clock, ann } = await conversation();
	const [path = "", bytes = Buffer.alloc(0)] =
		[...disk.files].find(
			([path, bytes]) =>
				path.startsWith("data/log/") && bytes.includes("secret 3!"),
		) ?? [];
	const file = await disk.open(path);
	await file.write(Buffer.from("sacred"), bytes.indexOf("secret 3!"));
	const names = plume.state.server.context.names;
	const { identity = "" } = names.find(({ name }) => name === "ann") ?? {};
	const exported = async () => {
		for await (const _ of saidBy(identity, plume.archive));
	};
	await expect(exported).rejects.toThrow("has rotted");
	ann.eraseAll();
	await plume.until(() => ann.closed !== undefined);
	expect(ann.closed?.code).toBe(4002);
	expect(onDisk(disk)).not.toMatch(/secret |sacred/);
	await verify(disk);
	clock.forgetTimers();
	const again = await testServerOn(new FakeDisk(disk.files), clock);
	expect(again.fatal).toBeUndefined();
});

describe("all of someone's, while a part of the log can't be read,", () => {
	/** Ann's lines fill many segments. The hash of one in the middle has changed. */
	async function rotten() {
		const errors: unknown[] = [];
		const report = {
			info() {},
			warn: ({ error }: Record<string, unknown>) => errors.push(error),
		};
		const { plume, disk, ann, bob } = await conversation(
			undefined,
			undefined,
			report,
		);
		for (let n = 13; n <= 36; n++) {
			ann.say(`secret ${n}!`, n);
			await plume.settle();
		}
		await plume.archive.catchUp();
		const [path = "", bytes = Buffer.alloc(0)] =
			[...disk.files].find(
				([path, bytes]) =>
					path.startsWith("data/log/") && bytes.includes("secret 18!"),
			) ?? [];
		const at = bytes.indexOf('"hash":"', bytes.indexOf("secret 17!")) + 8;
		const was = Buffer.from(bytes.subarray(at, at + 1));
		const write = async (byte: Buffer) =>
			(await disk.open(path)).write(byte, at);
		await write(Buffer.from("!"));
		const heal = () => write(was);
		return { plume, disk, ann, bob, path, heal, errors };
	}

	const secretsIn = (disk: FakeDisk, folder: string) =>
		[...onDisk(disk, folder).matchAll(/secret \d+!/g)].map(([text]) => text);

	test("is erased everywhere else, and they are told so and keep their name", async () => {
		const { plume, disk, ann, bob, path } = await rotten();
		const bad = secretsIn(disk, path);
		expect(secretsIn(disk, "data/log").at(-1)).not.toBe(bad.at(-1));
		ann.erase({ mine: true, id: "all" });
		expect(await refusal(plume, ann)).toBe("allIsReadable");
		expect(ann.last(types.refused)).toMatchObject({ id: "all" });
		expect(ann.closed).toBeUndefined();
		expect(secretsIn(disk, "data/log")).toEqual(bad);
		const gone = bob.received.filter(({ kind }) => kind === "erased");
		const left = bob.received.filter(({ text }) => bad.includes(`${text}`));
		expect(gone).toHaveLength(2);
		for (const offset of left.map((frame) => Number(frame.offset)))
			for (const { from, through } of gone)
				expect(Number(from) <= offset && offset <= Number(through)).toBe(false);
		ann.say("still here", 37);
		await plume.settle();
		expect(bob.last(types.text)?.text).toBe("still here");
	});

	test("is erased behind a file that is missing, too, which is the one that is named", async () => {
		const { plume, disk, ann, path, errors } = await rotten();
		expect(secretsIn(disk, "data/log").at(-1)).not.toBe(
			secretsIn(disk, path).at(-1),
		);
		await disk.remove(path);
		ann.erase({ mine: true, id: "all" });
		expect(await refusal(plume, ann)).toBe("allIsReadable");
		expect(secretsIn(disk, "data/log")).toEqual([]);
		expect(errors).toEqual([expect.stringContaining(path)]);
	});

	test("is said to be left to who asks again after they lost their connection, too", async () => {
		const { plume, ann } = await rotten();
		ann.erase({ mine: true, id: "all" });
		const back = comeBack(plume, ann);
		const ends = () => back.last(types.refused)?.code === "allIsReadable";
		await plume.until(ends);
		expect(back.last(types.refused)?.id).toBe("all");
	});

	test("is erased by asking again once it can be read", async () => {
		const { plume, disk, ann, heal } = await rotten();
		ann.erase({ mine: true, id: "all" });
		expect(await refusal(plume, ann)).toBe("allIsReadable");
		await heal();
		ann.erase({ mine: true, id: "all" });
		await plume.until(() => ann.closed !== undefined);
		expect(ann.closed?.code).toBe(4002);
		expect(ann.last(types.erase)).toMatchObject({ done: true, id: "all" });
		expect(onDisk(disk)).not.toContain("secret ");
		await verify(disk);
	});
});

describe("very much of someone's", () => {
	const LINES = 700;

	/** Ann has said very much in the lobby, where bob is; cleo and dan are in the attic. */
	async function talkative(segmentBytes = 10_000_000) {
		const disk = new FakeDisk();
		const clock = new FakeClock();
		const plume = await testServerOn(disk, clock, segmentBytes);
		const [bob, ann] = [await enter("bob"), await enter("ann")];
		const [cleo, dan] = [await enter("cleo"), await enter("dan")];
		for (const person of [cleo, dan])
			person.open({ session: person.memory.session, room: "attic" });
		for (let n = 1; n <= LINES; n++) {
			ann.say(`secret ${n}!`, n);
			if (n % 100 === 0) await plume.settle();
		}
		function enter(name: string) {
			return plume.enter(name, "plume.2");
		}
		return { plume, disk, clock, ann, bob, cleo, dan };
	}

	/** What is done as soon as the first part is seen to be gone. */
	function onceBegun(bob: Person, task: () => void): void {
		bob.onFrame = ({ kind }) => {
			if (kind !== "erased") return;
			bob.onFrame = undefined;
			task();
		};
	}

	const secretsOn = (disk: FakeDisk) =>
		new Set(onDisk(disk).match(/secret \d+!/g)).size;

	test("is erased in parts, between which others are heard", async () => {
		const { plume, disk, ann, bob, cleo, dan } = await talkative();
		const published: string[] = [];
		bob.onFrame = ({ kind }) => {
			if (kind !== "erased") return;
			published.push(`${secretsOn(disk)} left`);
			cleo.say("hello");
		};
		dan.onFrame = ({ text }) => {
			if (text === "hello") published.push(text);
		};
		ann.eraseAll();
		await plume.until(() => ann.closed !== undefined);
		await plume.settle();
		expect(published).toEqual([
			...["450 left", "hello", "200 left", "hello", "0 left", "hello"],
		]);
		const parts = bob.received.filter(({ kind }) => kind === "erased");
		const ends = parts.map(({ from, through }) => [from, through]);
		expect(ends).toEqual([
			[5, 254],
			[255, 504],
			[505, 704],
		]);
		await verify(disk);
	});

	test("is read no further than to the end of the part that is erased next", async () => {
		const { plume, disk, ann, bob } = await talkative(10_000);
		await plume.archive.catchUp();
		const segments = await plume.log.segments.list();
		const reads = new Set<string>();
		const read = disk.read.bind(disk);
		disk.read = (path, ...range) => {
			if (path.includes("/log/")) reads.add(path);
			return read(path, ...range);
		};
		let readAtFirst = 0;
		onceBegun(bob, () => {
			readAtFirst = reads.size;
		});
		ann.eraseAll();
		await plume.until(() => ann.closed !== undefined);
		expect(reads.size).toBe(segments.length);
		expect(readAtFirst).toBeLessThan(reads.size / 2);
	});

	test("takes one read for what lies close together", async () => {
		const { plume, disk, ann } = await talkative();
		const bytes = onDisk(disk, "data/log").length;
		const work = { reads: 0, bytes: 0 };
		const read = disk.read.bind(disk);
		disk.read = async function* (...where) {
			work.reads++;
			for await (const chunk of read(...where)) {
				work.bytes += chunk.length;
				yield chunk;
			}
		};
		ann.eraseAll();
		await plume.until(() => ann.closed !== undefined);
		expect(work.reads).toBeLessThan(10);
		expect(work.bytes).toBeLessThan(4 * bytes);
	});

	test("is added to by nothing until the last part is gone", async () => {
		const { plume, disk, ann, bob } = await talkative();
		const tab = await plume.enter("ann", "plume.2");
		onceBegun(bob, () => {
			tab.say("too late", 1);
			tab.eraseAll();
		});
		ann.eraseAll();
		expect(await refusal(plume, tab)).toBe("isNotErasing");
		await plume.until(() => tab.closed !== undefined);
		expect(onDisk(disk)).not.toContain("too late");
		expect(onDisk(disk).match(/name.released/g)).toHaveLength(1);
	});

	test("is answered last, and only to who asked", async () => {
		const { plume, ann } = await talkative();
		const tab = await plume.enter("ann", "plume.2");
		ann.erase({ mine: true, id: "all" });
		await plume.until(() => tab.closed !== undefined);
		expect(ann.received.at(-1)).toMatchObject({ done: true, id: "all" });
		expect(tab.last(types.erase)).toBeUndefined();
	});

	test("is answered to who asks again after they lost their connection, too", async () => {
		const { plume, ann, bob } = await talkative();
		let back: Person | undefined;
		onceBegun(bob, () => {
			back = comeBack(plume, ann);
		});
		// A client need not ask for an answer.
		ann.eraseAll();
		await plume.until(() => back?.closed !== undefined);
		expect(back?.last(types.refused)?.code).toBe("isNotErasing");
		expect(back?.received.at(-1)).toMatchObject({ done: true, id: "all" });
		expect(back?.closed?.code).toBe(4002);
	});

	test("is erased once, whatever is erased by hand meanwhile", async () => {
		const { plume, disk, ann, bob } = await talkative();
		onceBegun(bob, () => ann.erase(positionOf(ann, "secret 650!")));
		ann.eraseAll();
		await plume.until(() => ann.closed !== undefined);
		const events = onDisk(disk).matchAll(/"seqs":\[([\d,]+)\]/g);
		const seqs = Array.from(events, ([, list]) => list?.split(",")).flat();
		expect(new Set(seqs).size).toBe(LINES);
		expect(seqs).toHaveLength(LINES);
	});

	test("keeps no reader of what was said waiting for its end", async () => {
		const { plume, ann, bob } = await talkative();
		const { epoch, target } = positionOf(ann, "secret 700!");
		const before = Number(target) + 1;
		onceBegun(bob, () =>
			bob.askHistory({ room: "lobby", epoch, before, limit: 1 }),
		);
		ann.eraseAll();
		await plume.until(() => ann.closed !== undefined);
		const [page, end] = [
			bob.received.findIndex((frame) => frame.before === before),
			bob.received.findLastIndex(({ kind }) => kind === "erased"),
		];
		expect(page).toBeGreaterThan(0);
		expect(page).toBeLessThan(end);
	});

	test("is left undone by a stop: asking again erases the rest", async () => {
		const { plume, disk, clock, ann, bob } = await talkative();
		let stopped: Promise<void> | undefined;
		onceBegun(bob, () => {
			stopped = plume.engine.stop();
		});
		ann.eraseAll();
		await plume.until(() => stopped !== undefined);
		await stopped;
		expect(secretsOn(disk)).toBe(450);
		await eraseTheRest(disk, clock, ann);
	});

	test("is erased by asking again after a crash at any call", async () => {
		const found = new Set<number>();
		for (let calls = 0; calls < 9; calls++) {
			const { plume, disk, clock, ann, bob } = await talkative();
			onceBegun(bob, () => {
				const last = disk.calls + 20 * calls;
				disk.interrupt = ({ number }) => (number > last ? "crash" : undefined);
			});
			ann.eraseAll();
			await plume.until(() => disk.crashed);
			const left = disk.crash(seeded(calls));
			await eraseTheRest(left, clock, ann, (count) => found.add(count));
		}
		expect([...found]).toEqual([450, 200]);
	});

	async function eraseTheRest(
		disk: FakeDisk,
		clock: FakeClock,
		ann: Person,
		onStarted = (_: number) => {},
	) {
		clock.forgetTimers();
		const plume = await testServerOn(disk, clock, 10_000_000);
		onStarted(secretsOn(disk));
		const back = plume.connect("plume.2");
		back.open(ann.memory);
		await plume.settle();
		expect(back.isIn).toBe(true);
		back.eraseAll();
		await plume.until(() => back.closed !== undefined);
		expect(secretsOn(disk)).toBe(0);
		expect(plume.fatal).toBeUndefined();
		await verify(disk);
	}
});

test("what another said under the same name before stays, in every view", async () => {
	const plume = await TestServer.open();
	const first = await plume.enter("ann");
	first.say("theirs");
	await plume.settle();
	first.hangUp();
	plume.clock.advance(400 * DAY);
	await plume.settle();
	const ann = await plume.enter("ann", "plume.2", "other@example.org");
	ann.say("mine", 1);
	await plume.settle();
	const mine = ann.items.find(({ text }) => text === "mine");
	const watcher = await plume.enter("cleo", "plume.2");
	ann.eraseAll();
	await plume.until(() => ann.closed !== undefined);
	const { offset } = mine ?? { offset: 0 };
	expect(watcher.received.find(({ kind }) => kind === "erased")).toMatchObject({
		from: offset,
		through: offset,
	});
	const dora = await plume.enter("dora", "plume.2");
	expect(dora.lines).toContain("ann: theirs");
	expect(dora.lines).not.toContain("ann: mine");
});

describe("what another said under the same name in between", () => {
	const [hers, his] = ["ann@example.org", "other@example.org"];

	/** Ann was here, then another ann, and she is back; cleo has seen it all. */
	async function inTurn(segmentBytes: number) {
		const disk = new FakeDisk();
		const clock = new FakeClock();
		const plume = await testServerOn(disk, clock, segmentBytes);
		for (const [email, text] of [
			[hers, "hers, early"],
			[his, "his"],
		] as const) {
			const person = await plume.enter("ann", "plume.2", email);
			person.say(text, 1);
			await plume.settle();
			person.hangUp();
			clock.advance(400 * DAY);
			await plume.settle();
		}
		const ann = await plume.enter("ann", "plume.2", hers);
		ann.say("hers, late", 1);
		await plume.settle();
		const cleo = await plume.enter("cleo", "plume.2");
		return { plume, disk, clock, ann, cleo };
	}

	async function erased(segmentBytes = 3000) {
		const world = await inTurn(segmentBytes);
		const { plume, ann } = world;
		ann.eraseAll();
		await plume.until(() => ann.closed !== undefined);
		await plume.settle();
		return world;
	}

	/** What anns said, as somebody is shown it now. */
	const shownTo = ({ items }: Person) =>
		items
			.filter(({ type, user }) => type === types.text && user?.name === "ann")
			.map(({ text, erased }) => (erased ? "gone" : text));
	const left = ["gone", "his", "gone"];

	test("is in no stretch that is published as erased", async () => {
		const { cleo } = await erased();
		const published = cleo.received.filter(({ kind }) => kind === "erased");
		const isGone = (offset = 0) =>
			published.some(({ from, through }) => {
				return Number(from) <= offset && offset <= Number(through);
			});
		const anns = cleo.items.filter(({ user }) => user?.name === "ann");
		const gone = anns.filter(
			(item) => item.type === types.text && isGone(Number(item.offset)),
		);
		expect(gone.map(({ text }) => text)).toEqual(["hers, early", "hers, late"]);
	});

	test.each([
		["that fits in one segment", 1_000_000],
		["of many segments", 500],
	])("stays in a log %s, whichever way one comes to it", async (_, size) => {
		const { plume, disk, clock, cleo } = await erased(size);
		const again = await testServerOn(new FakeDisk(disk.files), clock, size);
		for (const each of [plume, again]) {
			expect(shownTo(await each.enter("dora", "plume.2"))).toEqual(left);
			const back = each.connect("plume.2");
			back.open({ ...cleo.memory, offset: 1, time: undefined });
			await each.until(() => back.last(types.system)?.kind === "entered");
			await each.settle();
			expect(back.received.some(({ type }) => type === types.gap)).toBe(false);
			expect(shownTo(back)).toEqual(left);
			const { epoch } = cleo.memory;
			back.news();
			back.askHistory({ room: "lobby", epoch, before: 9, limit: 200 });
			await each.until(() => back.last(types.history)?.before === 9);
			const page = back.news().filter(({ type }) => type === types.text);
			expect(page.map(({ text }) => text)).toEqual(["", "his", ""]);
		}
	});

	test.each([1_000_000, 500])(
		"is in their export alone, in segments of %i bytes",
		async (size) => {
			const { plume } = await erased(size);
			const exported = async (name: string, email: string) => {
				const person = await plume.enter(name, "plume.2", email);
				const client = plume.state.client(String(person.memory.client));
				const texts: string[] = [];
				const { identity = "" } = client?.context ?? {};
				for await (const { text } of saidBy(identity, plume.archive))
					texts.push(text);
				return texts;
			};
			expect(await exported("ben", his)).toEqual(["his"]);
			expect(await exported("ann", hers)).toEqual([]);
		},
	);
});

test("logging out everywhere ends classic connections, too", async () => {
	const plume = await TestServer.open();
	const other = await plume.enter("bob");
	const ann = await plume.enter("ann", "plume.2");
	const old = await plume.enter("ann");
	ann.logOut(true);
	await plume.settle();
	expect([ann.closed?.code, old.closed?.code]).toEqual([4002, 4002]);
	expect(other.closed).toBeUndefined();
});
