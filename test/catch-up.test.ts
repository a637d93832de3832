/** A client that comes back gets what it missed in pieces, as fast as it takes them, and then what is live. */

import { beforeEach, describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { type Person, TestServer } from "./test-server.ts";

const MAILBOX_BYTES = 262_144;
const LONG = "x".repeat(3900);

let plume: TestServer;
let ann: Person;
let bob: Person;
beforeEach(async () => {
	plume = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	ann.hangUp();
	await saysMuch();
});

/** Four pieces of it. */
async function saysMuch() {
	for (let line = 1; line <= 100; line++) bob.say(`${line} ${LONG}`, line);
	await plume.settle();
}

/** Over a network that takes nothing unless it is told to. */
async function comesBackSlowly() {
	const back = plume.connect("plume.2");
	back.stalled = true;
	back.open(ann.memory);
	await plume.settle();
	return back;
}

async function takes(person: Person) {
	person.take();
	await plume.settle();
}

const isIn = (person: Person) => person.last(types.signal)?.kind === "members";

/** Takes what there is until it is told who is in, which is when it is told what is live. */
async function catchesUp(person: Person): Promise<void> {
	for (let pieces = 0; !isIn(person); pieces++) {
		expect(pieces).toBeLessThan(20);
		await takes(person);
		plume.clock.advance(1000);
		await plume.settle();
	}
}

const offsets = ({ items }: Person) => items.map(({ offset }) => offset);
const from = (first: unknown, count: number) =>
	Array.from({ length: count }, (_, nth) => Number(first) + nth);

test("all of it, in order, then what is said meanwhile", async () => {
	const back = await comesBackSlowly();
	await takes(back);
	bob.say("meanwhile", 101);
	await plume.settle();
	await catchesUp(back);
	bob.say("live", 102);
	await plume.settle();
	await takes(back);
	expect(back.lines.slice(-2)).toEqual(["bob: meanwhile", "bob: live"]);
	expect(offsets(back)).toEqual(from(Number(ann.memory.offset) + 1, 102));
	expect(back.last(types.gap)).toBeUndefined();
	expect(back.closed).toBeUndefined();
});

test("no more than one piece of it waits to be taken, whatever is said meanwhile", async () => {
	const back = await comesBackSlowly();
	const unsent = [back.unsentBytes];
	for (let line = 101; line <= 200; line++) bob.say(LONG, line);
	await plume.settle();
	expect(back.unsentBytes).toBe(unsent[0]);
	while (back.lines.length < 200) {
		await takes(back);
		unsent.push(back.unsentBytes);
	}
	expect(unsent.length).toBeGreaterThan(6);
	expect(Math.max(...unsent)).toBeLessThanOrEqual(MAILBOX_BYTES / 2);
	expect(unsent[0]).toBeGreaterThan(MAILBOX_BYTES / 3);
});

test("a line that is a piece by itself arrives as well", async () => {
	const environment = {
		PLUME_LIMITS: "off",
		PLUME_LIMIT_MAILBOX_BYTES: "3000",
	};
	plume = await TestServer.open({ environment });
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	ann.hangUp();
	for (let line = 1; line <= 3; line++) {
		bob.say(LONG, line);
		await plume.settle();
	}
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	await plume.settle();
	expect(back.lines).toEqual(Array(3).fill(`bob: ${LONG}`));
});

test("who reads no more of it is too slow, but may come back", async () => {
	const back = await comesBackSlowly();
	await takes(back);
	plume.clock.advance(34_999);
	expect(back.closed).toBeUndefined();
	plume.clock.advance(1);
	expect(back.closed?.code).toBe(4004);
	const again = plume.connect("plume.2");
	again.open({ ...ann.memory, offset: back.memory.offset });
	await plume.settle();
	plume.clock.advance(40_000);
	expect(again.closed).toBeUndefined();
	const both = [...offsets(back), ...offsets(again)];
	expect(both).toEqual(from(Number(ann.memory.offset) + 1, 100));
});

test("who falls too far behind on the way receives a gap, then what is live", async () => {
	const back = await comesBackSlowly();
	await takes(back);
	for (let line = 101; line <= 2100; line++) bob.say("on and on", line);
	await plume.settle();
	await catchesUp(back);
	bob.say("live", 2101);
	await plume.settle();
	await takes(back);
	const gap = back.received.findIndex(({ type }) => type === types.gap);
	const done = back.received.findIndex(({ type }) => type === types.history);
	expect(gap).toBeGreaterThan(2);
	expect(done).toBeGreaterThan(gap);
	const live = back.received
		.slice(done)
		.filter(({ type }) => type === types.text);
	expect(live.map(({ offset }) => offset)).toEqual([
		Number(back.received[gap]?.offset) + 1,
	]);
});

test("what is erased meanwhile arrives as a placeholder, its erasure at its own offset", async () => {
	const back = await comesBackSlowly();
	const { room, epoch, offset } = bob.memory;
	const target = Number(offset) - 1;
	bob.erase({ room, epoch, target });
	await plume.settle();
	await catchesUp(back);
	const line = back.items.find((item) => item.offset === target);
	expect(line).toMatchObject({ text: "", erased: true });
	expect(back.items.at(-1)).toMatchObject({ kind: "erased", target });
	expect(back.items.at(-1)?.offset).toBe(Number(offset) + 1);
});

test("what they say meanwhile arrives at its offset, though others see it at once", async () => {
	const back = await comesBackSlowly();
	back.say("I am back", 1);
	await plume.settle();
	expect(bob.lines.at(-1)).toBe("ann: I am back");
	await takes(back);
	expect(back.last(types.ack)).toMatchObject({ last: 1 });
	expect(back.lines).not.toContain("ann: I am back");
	await catchesUp(back);
	expect(back.lines.at(-1)).toBe("ann: I am back");
});

test("who hides the tab meanwhile is away", async () => {
	const back = await comesBackSlowly();
	back.publish("presence", { away: true });
	plume.clock.advance(1000);
	await plume.settle();
	const { client } = ann.memory;
	expect(bob.received.find(({ kind }) => kind === "presence")).toMatchObject({
		members: [{ client, away: true }],
	});
});

describe("nothing more of it comes to one who", () => {
	test("goes on to another room, until they return", async () => {
		const back = await comesBackSlowly();
		await takes(back);
		const seen = { ...ann.memory, offset: back.memory.offset };
		back.open({ session: ann.memory.session, room: "cats" });
		await plume.settle();
		const shown = back.items.length;
		for (let turn = 0; turn < 5; turn++) await takes(back);
		const cats = back.received.findLastIndex(
			({ type }) => type === types.welcome,
		);
		expect(back.received[cats]).toMatchObject({ room: "cats" });
		const after = back.received.slice(cats);
		expect(after.some(({ room }) => room === "lobby")).toBe(false);
		const late = back.items.slice(shown).filter(({ room }) => room === "lobby");
		const last = late.at(-1)?.offset ?? seen.offset;
		back.open({ ...seen, offset: last });
		await plume.settle();
		for (let turn = 0; turn < 9; turn++) await takes(back);
		const lobby = back.items.filter(({ room }) => room === "lobby");
		expect(lobby.map(({ offset }) => offset)).toEqual(
			from(Number(ann.memory.offset) + 1, 100),
		);
	});

	test("is logged out", async () => {
		const back = await comesBackSlowly();
		back.logOut();
		await plume.settle();
		expect(back.closed?.code).toBe(4002);
		const unsent = back.unsentBytes;
		await takes(back);
		expect([unsent > 0, back.unsentBytes]).toEqual([true, 0]);
	});

	test("is disconnected, until they resume from what they saw", async () => {
		const back = await comesBackSlowly();
		await takes(back);
		back.hangUp();
		const again = plume.connect("plume.2");
		again.open({ ...ann.memory, offset: back.memory.offset });
		await plume.settle();
		const both = [...offsets(back), ...offsets(again)];
		expect(both).toEqual(from(Number(ann.memory.offset) + 1, 100));
	});

	test("is replaced by another tab", async () => {
		const back = await comesBackSlowly();
		const other = await comesBackSlowly();
		expect(back.closed?.code).toBe(4001);
		await takes(back);
		expect(back.unsentBytes).toBe(0);
		await catchesUp(other);
		expect(offsets(other)).toEqual(from(Number(ann.memory.offset) + 1, 100));
	});
});
