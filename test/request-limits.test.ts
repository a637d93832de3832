/** What a person may do in a second is counted for the person, whatever they connect with. */
import { beforeEach, describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { defaultLimits } from "../src/limits.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { Snapshots } from "../src/log/snapshots.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { type Person, TestServer } from "./test-server.ts";

let plume: TestServer;
let ann: Person;
let bob: Person;

beforeEach(async () => {
	plume = await TestServer.open();
	bob = await plume.enter("bob", "plume.2");
	ann = await plume.enter("ann", "plume.2");
	plume.clock.advance(60_000);
	await plume.settle();
	bob.news();
});

/** Another tab of hers, which does not wait to be let in. */
function annsNext(fields: object = {}): Person {
	const tab = plume.connect("plume.2");
	tab.open({ session: ann.memory.session, ...fields });
	return tab;
}

const codes = ({ received }: Person) =>
	received.filter(({ type }) => type === types.refused).map(({ code }) => code);

function floods(tab: Person, frames: number): Person {
	for (let i = 0; i < frames && !tab.closed; i++) tab.say(`line ${i}`);
	return tab;
}

/** Every way to connect that does not need a new code. */
const ways: Readonly<Record<string, () => Person>> = {
	"connections in turn": () => annsNext(),
	"eight tabs": () => annsNext(),
	"one client that comes back": () => annsNext({ client: ann.memory.client }),
};

test.each(Object.entries(ways))("%s say twenty lines", async (way, next) => {
	const tabs: Person[] = [];
	ann.hangUp();
	for (let nth = 0; nth < 8; nth++) {
		tabs.push(floods(next(), 10));
		await plume.settle();
		if (way !== "eight tabs") tabs.pop()?.hangUp();
	}
	expect(bob.lines).toHaveLength(20);
	for (const tab of tabs) tab.hangUp();
	plume.clock.advance(1000);
	floods(annsNext({ client: ann.memory.client }), 6);
	await plume.settle();
	expect(bob.lines).toHaveLength(25);
});

test("two hundred connections in turn say twenty lines", async () => {
	ann.hangUp();
	for (let nth = 0; nth < 200; nth++) {
		const tab = floods(annsNext({ client: ann.memory.client }), 5);
		await plume.settle();
		tab.hangUp();
	}
	expect(bob.lines).toHaveLength(20);
});

test("of two hundred connections in turn a hundred are let in", async () => {
	ann.hangUp();
	const refused: unknown[] = [];
	for (let nth = 0; nth < 200; nth++) {
		const tab = annsNext({ client: ann.memory.client });
		await plume.settle();
		refused.push(...codes(tab));
		tab.hangUp();
	}
	expect(refused).toEqual(Array(100).fill("isNotTooFast"));
});

test("who moves to and fro all day takes up about as much of the log as who talks", async () => {
	const { entriesPerSecond, identityBytesDay } = defaultLimits();
	const bytes = () => onDisk.reduce((sum, { length }) => sum + length, 0);
	const onDisk: Uint8Array[] = [];
	plume.log.onBatch.add((batch) => onDisk.push(batch.bytes));
	const client = ann.memory.client;
	ann.open({ session: ann.memory.session, room: "cats" });
	await plume.settle();
	const there = ann.last(types.welcome)?.client;
	const before = bytes();
	for (let nth = 0; nth < 20; nth++) {
		const back = nth % 2 === 0;
		const room = back ? "lobby" : "cats";
		const { session } = ann.memory;
		ann.open({ session, room, client: back ? client : there });
		await plume.settle();
	}
	const each = (bytes() - before) / 20;
	expect(each).toBeGreaterThan(300);
	const aDay = each * entriesPerSecond * 86_400;
	expect(aDay).toBeLessThan(1.5 * identityBytesDay);
});

test("a classic tab has no twenty of its own", async () => {
	const classic = await plume.enter("ann", "classic");
	floods(ann, 20);
	floods(classic, 5);
	await plume.settle();
	expect(bob.lines).toHaveLength(20);
});

test("who logs in again has the same limits as before", async () => {
	floods(ann, 19);
	ann.logOut();
	await plume.settle();
	floods(await plume.enter("ann", "plume.2"), 20);
	await plume.settle();
	expect(bob.lines).toHaveLength(19);
});

test("what one person says takes nothing from another", async () => {
	floods(ann, 30);
	floods(bob, 20);
	await plume.settle();
	expect(ann.lines).toHaveLength(40);
});

test("an abuser's next connection is closed at its next haste", async () => {
	floods(ann, 20);
	for (let nth = 0; nth < 10; nth++) {
		const tab = floods(annsNext({ client: ann.memory.client }), 10);
		await plume.settle();
		expect(tab.closed).toBeUndefined();
		tab.hangUp();
	}
	for (let nth = 0; nth < 2; nth++) {
		const tab = floods(annsNext({ client: ann.memory.client }), 1);
		await plume.settle();
		expect(tab.closed?.code).toBe(1008);
	}
	plume.clock.advance(1000);
	const back = floods(annsNext({ client: ann.memory.client }), 1);
	await plume.settle();
	expect(back.closed).toBeUndefined();
});

const requests: Readonly<Record<string, object>> = {
	text: { type: types.text, text: "hello" },
	history: { type: types.history, room: "lobby", epoch: "x", before: 1 },
	"an erasure": { type: types.erase, room: "lobby", epoch: "x", target: 1 },
	"nothing we know": { type: 99 },
	hello: { type: types.hello, text: "ann\nann@example.org" },
	"a code": { type: types.auth, text: "000000" },
	typing: { type: types.signal, kind: "typing", id: "t" },
	heads: { type: types.signal, kind: "heads", rooms: ["cats"], id: "h" },
	"a way in": { type: types.open, room: "cats" },
};

describe("for each person there is an end to asking for", () => {
	test.each(Object.entries(requests))("%s", async (_, frame) => {
		const other = annsNext();
		await plume.settle();
		const { session } = ann.memory;
		for (let nth = 0; nth < 55; nth++)
			for (const tab of [ann, other])
				tab.raw(JSON.stringify({ session, ...frame }));
		await plume.settle();
		expect(codes(ann)).toContain("isNotTooFast");
		expect(codes(other)).toContain("isNotTooFast");
	});
});

test("a stranger's hellos in someone's name take nothing from them", async () => {
	const stranger = plume.connect("plume.2");
	for (let nth = 0; nth < 60; nth++) stranger.hello("ann", "ann@example.org");
	await plume.settle();
	floods(ann, 20);
	await plume.settle();
	expect(bob.lines).toHaveLength(20);
});

test("who was quiet for an hour is counted no more than before", async () => {
	floods(ann, 30);
	plume.clock.advance(3_600_001);
	await plume.settle();
	floods(ann, 30);
	await plume.settle();
	expect(bob.lines).toHaveLength(40);
});

test.each([
	["lowered", 2],
	["raised", 60],
])(
	"a burst that is %s by a reload is so for those who are in",
	async (_, burst) => {
		const again = { PLUME_LIMIT_MESSAGE_BURST: `${burst}` };
		const server = await TestServer.open({ again });
		const cat = await server.enter("cat", "plume.2");
		cat.say("hello");
		await server.settle();
		server.clock.advance(60_000);
		await server.operate("reload");
		floods(cat, 80);
		await server.settle();
		expect(cat.lines).toHaveLength(1 + burst);
	},
);

test("nothing is counted where limits are off", async () => {
	const free = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	const cat = await free.enter("cat", "plume.2");
	floods(cat, 500);
	await free.settle();
	expect(cat.lines).toHaveLength(500);
});

describe("in a day", () => {
	const environment = { PLUME_LIMIT_IDENTITY_BYTES_DAY: "100000" };
	const disk = new FakeDisk();
	const clock = new FakeClock();
	let starts = 0;

	/** A server on the same disk, from a snapshot if there is one. */
	function start() {
		const storage = { disk, folder: "data" };
		const ids = () => "abcdefghijklmnopqrstuv";
		const log = openFileLog({ ...storage, clock, ids, segmentBytes: 30_000 });
		const snapshots = new Snapshots({ ...storage, every: 20, warn() {} });
		const seed = `start ${starts++}`;
		return TestServer.open({ log, snapshots, clock, seed, environment });
	}

	test("one person's bytes in the log are limited until the next day, over a restart too", async () => {
		let server = await start();
		const cat = await server.enter("cat", "plume.2");
		const { session } = cat.memory;
		for (let n = 1; n <= 6; n++) {
			cat.say(`x${"\u0001".repeat(3999)}`, n);
			server.clock.advance(1000);
			await server.settle();
		}
		const [taken] = cat.received
			.filter(({ type }) => type === types.ack)
			.slice(-1);
		expect(taken).toMatchObject({ last: 5 });
		expect(cat.last(types.refused)).toMatchObject({
			...{ code: "bytesAreLeft", re: types.text },
			retryAfter: expect.any(Number),
		});
		const dog = await server.enter("dog", "plume.2");
		dog.say("hello", 1);
		await server.settle();
		expect(dog.last(types.refused)).toBeUndefined();

		await server.engine.stop();
		server = await start();
		await server.until(() => server.archive.isIdle);
		await server.settle();
		const back = server.connect("plume.2");
		back.open({ session });
		await server.settle();
		back.say("again");
		await server.settle();
		expect(back.last(types.refused)).toMatchObject({ code: "bytesAreLeft" });
		server.clock.advance(86_400_000);
		back.say("tomorrow");
		await server.settle();
		expect(back.lines.at(-1)).toBe("cat: tomorrow");
	});

	test("what was said today counts once, however often the node comes to decide", async () => {
		const server = await TestServer.open({ environment });
		const cat = await server.enter("cat", "plume.2");
		const line = `x${"\u0001".repeat(3999)}`;
		for (let n = 1; n <= 3; n++) cat.say(line, n);
		await server.settle();
		server.engine.lead();
		await server.settle();
		const back = server.connect("plume.2");
		back.open(cat.memory);
		await server.settle();
		for (let n = 4; n <= 5; n++) back.say(line, n);
		await server.settle();
		expect(back.last(types.ack)).toMatchObject({ last: 5 });
	});
});
