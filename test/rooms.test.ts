/** Rooms: each with its own people, order and history; one socket goes from one to the next. */

import { beforeEach, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { World } from "./simulation/world.ts";
import { type Person, TestServer } from "./test-server.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let plume: TestServer;
let ann: Person;
let bob: Person;
beforeEach(async () => {
	plume = await TestServer.open();
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
});

/** Goes on to another room on the same socket, or back to one it remembers. */
async function goesTo(
	person: Person,
	room: string,
	memory: Readonly<Record<string, unknown>> = {},
	where = plume,
) {
	const { session } = person.memory;
	person.news();
	person.open({ ...memory, session, room });
	await where.settle();
	return person.news();
}

async function says(person: Person, text: string, n?: number) {
	person.say(text, n);
	await plume.settle();
}

const rooms = () => [...plume.state.rooms.keys()];

test("who opens a room is in it alone: with its own order, its own epoch, nothing said", async () => {
	await says(ann, "hello", 1);
	const [welcome, ...rest] = await goesTo(ann, "cats");
	const nothing = { offset: 0, said: 0, last: 0 };
	expect(welcome).toMatchObject({
		type: types.welcome,
		room: "cats",
		...nothing,
	});
	expect(welcome?.client).not.toBe(bob.last(types.system)?.client);
	expect(rest).toMatchObject([
		{ type: types.history, room: "cats", done: true },
		{ type: types.system, kind: "entered", room: "cats", offset: 1 },
	]);
	await says(ann, "a cat", 1);
	expect(ann.news()).toMatchObject([
		{ type: types.text, room: "cats", offset: 2, n: 1 },
		{ type: types.ack, room: "cats", last: 1 },
	]);
	expect(bob.lines).not.toContain("ann: a cat");
	await goesTo(bob, "cats");
	expect(bob.lines).toContain("ann: a cat");
	expect(ann.news()).toMatchObject([{ kind: "entered", room: "cats" }]);
});

test("the welcome counts what was said in this room alone", async () => {
	await says(ann, "one");
	await says(ann, "two");
	await goesTo(ann, "cats");
	await says(ann, "three");
	expect((await goesTo(bob, "cats"))[0]).toMatchObject({ said: 1, offset: 2 });
	expect((await goesTo(bob, "lobby"))[0]).toMatchObject({ said: 2 });
});

test("a room's name in a link is one name, however it is written, or is refused", async () => {
	await goesTo(ann, "cats");
	expect((await goesTo(bob, " Ｃats "))[0]).toMatchObject({ room: "cats" });
	for (const room of ["", "a b", "_x", "x".repeat(33), "c\u0430ts", "a/b", 7])
		expect(await goesTo(bob, room as string)).toMatchObject([
			{ type: types.refused, re: types.open, code: "roomIsNamed" },
		]);
	const cleo = plume.connect("plume.2");
	cleo.hello("cleo", "cleo@example.org", "no room");
	await plume.settle();
	expect(cleo.last(types.mayNotEnter)).toMatchObject({ code: "roomIsNamed" });
	expect(rooms()).toEqual(["lobby", "cats"]);
});

test("a login can lead right into a room, which its bot names", async () => {
	const cleo = plume.connect("plume.2");
	cleo.hello("cleo", "cleo@example.org", "Cats");
	await plume.settle();
	expect(rooms()).toEqual(["lobby"]);
	cleo.auth(plume.mailer.codeFor("cleo@example.org"));
	await plume.settle();
	expect(cleo.last(types.welcome)).toMatchObject({ room: "cats" });
	expect(cleo.received.map(({ text }) => text).join()).toContain("“cats”");
	expect(bob.lines.join()).not.toContain("cleo");
});

test("there, then back within the grace: no noise, nothing missed", async () => {
	const { memory } = ann;
	await goesTo(ann, "cats");
	const cats = ann.memory;
	await says(bob, "while you were out");
	plume.clock.advance(59_000);
	expect(await goesTo(ann, "lobby", memory)).toMatchObject([
		{ type: types.welcome, room: "lobby", client: memory.client },
		{ type: types.text, text: "while you were out" },
	]);
	plume.clock.advance(59_000);
	expect(await goesTo(ann, "cats", cats)).toMatchObject([
		{ type: types.welcome, room: "cats", client: cats.client },
	]);
	plume.clock.advance(60_000);
	await plume.settle();
	expect(bob.last(types.system)).toMatchObject({
		kind: "left",
		user: { name: "ann" },
	});
	expect(ann.items.filter(({ kind }) => kind === "left")).toEqual([]);
});

test("faster than the disk: only where one stopped, one is", async () => {
	const { session, ...lobby } = ann.memory;
	ann.news();
	for (const room of ["one", "two", "three"]) ann.open({ session, room });
	ann.open({ session, ...lobby });
	ann.open({ session, room: "four" });
	ann.open({ session, ...lobby });
	await says(bob, "here?");
	expect(ann.news().map(({ type, room }) => [type, room])).toEqual([
		[types.welcome, "lobby"],
		[types.text, "lobby"],
	]);
	plume.clock.advance(60_000);
	await plume.settle();
	const members = rooms().map(
		(room) => plume.state.room(room)?.context.members,
	);
	expect(members.map((them) => them?.size)).toEqual([2, 0, 0, 0, 0]);
});

test("a line for a room one is not in is refused, not said in the wrong one", async () => {
	ann.raw(
		JSON.stringify({ type: types.text, text: "for cats", room: "cats", n: 1 }),
	);
	await plume.settle();
	expect(ann.last(types.refused)).toMatchObject({ code: "isInside", n: 1 });
	expect(bob.lines).not.toContain("ann: for cats");
});

test("a refused move changes no room, makes no room", async () => {
	const { session } = ann.memory;
	ann.open({ session: "made-up", room: "cats" });
	ann.open({ session, room: "no room" });
	ann.open({ pending: "made-up", room: "cats" });
	await says(ann, "still here");
	expect(bob.lines).toContain("ann: still here");
	expect(rooms()).toEqual(["lobby"]);
});

test("kept seats are no tabs, but flipping through rooms without end is refused", async () => {
	for (let i = 0; i < 15; i++) await goesTo(ann, `room${i}`);
	expect(ann.last(types.welcome)).toMatchObject({ room: "room14" });
	plume = await TestServer.open({
		environment: { PLUME_LIMIT_ROOMS_MADE: "99" },
	});
	ann = await plume.enter("ann", "plume.2");
	const { session } = ann.memory;
	plume.clock.advance(10_000);
	for (let i = 0; i < 7; i++) {
		const tab = plume.connect("plume.2");
		tab.open({ session });
		await plume.settle();
		expect(tab.isIn).toBe(true);
	}
	expect((await goesTo(ann, "room0", { client: "x" }))[0]?.type).toBe(
		types.welcome,
	);
	const ninth = plume.connect("plume.2");
	ninth.open({ session });
	await plume.settle();
	expect(ninth.last(types.refused)).toMatchObject({ code: "tabsAreLeft" });
	let refused: unknown;
	for (let i = 0; i < 64 && !refused; i++) {
		plume.clock.advance(500);
		const [answer] = await goesTo(ann, `more${i}`);
		if (answer?.type === types.refused) refused = answer.code;
	}
	expect(refused).toBe("tabsAreLeft");
	expect(plume.state.clientsOf("").length).toBe(0);
	const { identity = "" } = plume.state.server.context.names.get("ann") ?? {};
	expect(plume.state.clientsOf(identity).length).toBeLessThanOrEqual(64);
});

test("there are only so many rooms, but the lobby always", async () => {
	const small = await TestServer.open({
		environment: { PLUME_LIMIT_ROOMS: "2" },
	});
	const cleo = small.connect("plume.2");
	cleo.hello("cleo", "cleo@example.org", "one");
	await small.settle();
	cleo.auth(small.mailer.codeFor("cleo@example.org"));
	await small.settle();
	await goesTo(cleo, "two", {}, small);
	expect(await goesTo(cleo, "three", {}, small)).toMatchObject([
		{ type: types.refused, re: types.open, code: "roomsAreLeft" },
	]);
	expect((await goesTo(cleo, "one", {}, small))[0]?.type).toBe(types.welcome);
	expect((await goesTo(cleo, "lobby", {}, small))[0]?.type).toBe(types.welcome);
	small.clock.advance(HOUR);
	await small.settle();
	expect([...small.state.rooms.keys()]).toEqual(["lobby"]);
});

test("a room where nothing was said is forgotten within the hour, one with words after a month", async () => {
	await goesTo(ann, "silent");
	await goesTo(ann, "cats");
	await says(ann, "a cat");
	await goesTo(ann, "lobby");
	plume.clock.advance(HOUR);
	await plume.settle();
	expect(rooms()).toEqual(["lobby", "cats"]);
	plume.clock.advance(29 * DAY);
	await goesTo(bob, "cats");
	await goesTo(bob, "lobby");
	plume.clock.advance(29 * DAY);
	await plume.settle();
	expect(rooms()).toEqual(["lobby", "cats"]);
	plume.clock.advance(2 * DAY);
	await plume.settle();
	expect(rooms()).toEqual(["lobby"]);
});

test("many rooms that are forgotten at once are no one batch", async () => {
	for (let nth = 0; nth < 10; nth++) await goesTo(ann, `cats${nth}`);
	ann.hangUp();
	const append = vi.spyOn(plume.log, "append");
	await plume.passes(2 * HOUR);
	await plume.passes(HOUR);
	expect(rooms()).toEqual(["lobby"]);
	const kinds = append.mock.calls.map(([entries]) =>
		entries.filter(({ event }) => event.type === "room.forgotten"),
	);
	expect(Math.max(...kinds.map(({ length }) => length))).toBe(1);
});

test("nobody's room is forgotten while they are in it, nor the lobby ever", async () => {
	await goesTo(ann, "cats");
	plume.clock.advance(20 * DAY);
	ann.hangUp();
	bob.hangUp();
	await plume.settle();
	expect(rooms()).toEqual(["lobby", "cats"]);
	plume.clock.advance(2 * HOUR);
	await plume.settle();
	expect(rooms()).toEqual(["lobby"]);
});

test("a forgotten room that is made again is another, with a gap, with new numbers", async () => {
	await goesTo(ann, "cats");
	await says(ann, "a cat", 1);
	const cats = ann.memory;
	await goesTo(ann, "lobby");
	plume.clock.advance(25 * DAY);
	await goesTo(ann, "lobby");
	plume.clock.advance(6 * DAY);
	await plume.settle();
	const [welcome, ...rest] = await goesTo(ann, "cats", cats);
	expect(welcome).toMatchObject({
		type: types.welcome,
		offset: 0,
		last: 0,
		said: 0,
	});
	expect(welcome?.epoch).not.toBe(cats.epoch);
	expect(welcome?.client).not.toBe(cats.client);
	expect(rest).toMatchObject([
		{ type: types.gap, offset: 0 },
		{ type: types.history },
		{ kind: "entered", offset: 1 },
	]);
	await says(ann, "another cat", 1);
	expect(ann.items.at(-1)).toMatchObject({ text: "another cat", offset: 2 });
});

test("a report from a forgotten room does not show what is said in the one that is made again", async () => {
	await goesTo(ann, "cats");
	await says(ann, "a cat", 1);
	await says(ann, "@plumebot report 2 spam");
	await goesTo(ann, "lobby");
	const reported = await plume.operate("reports");
	plume.clock.advance(31 * DAY);
	ann = await plume.enter("ann", "plume.2");
	await goesTo(ann, "cats");
	await says(ann, "another cat", 1);
	expect(ann.items.at(-1)).toMatchObject({ text: "another cat", offset: 2 });
	expect([...reported, ...(await plume.operate("reports"))]).toEqual([
		expect.stringMatching(/cats {2}2 {2}ann {2}a cat$/),
		expect.stringContaining("(deleted)"),
	]);
});

test.each([0, 100])(
	"a start knows each room as it was, none that was forgotten, also %d lines later from a snapshot",
	async (lines) => {
		const world = new World();
		await world.start();
		const cleo = await world.plume.enter("cleo", "plume.2");
		const dan = await world.plume.enter("dan", "plume.2");
		for (const room of ["gone", "cats"])
			await goesTo(cleo, room, {}, world.plume);
		cleo.say("a cat", 1);
		await world.settle();
		world.clock.advance(HOUR);
		await world.settle();
		for (let i = 0; i < lines; i++) {
			dan.say("a line");
			await world.settle();
		}
		const { memory } = cleo;
		await world.crash(0);
		const { plume } = world;
		expect([...plume.state.rooms.keys()].sort()).toEqual(["cats", "lobby"]);
		const back = plume.connect("plume.2");
		back.open(memory);
		await plume.until(() => back.received.length > 0);
		const { client, epoch } = memory;
		const cats = { room: "cats", client, epoch, last: 1, said: 1, offset: 2 };
		expect(back.received).toMatchObject([{ type: types.welcome, ...cats }]);
		const { session } = memory;
		expect(await goesTo(back, "gone", { session }, plume)).toMatchObject([
			{ type: types.refused, code: "sessionIsOpen" },
		]);
		world.check();
	},
);

test("logging out leaves every room", async () => {
	await goesTo(ann, "cats");
	ann.logOut();
	await plume.settle();
	expect(ann.closed?.code).toBe(4002);
	expect(plume.state.room("cats")?.context.members.size).toBe(0);
	expect(bob.last(types.system)).toMatchObject({
		kind: "left",
		user: { name: "ann" },
	});
});

test("a classic client is in the lobby, whatever room it names", async () => {
	const old = plume.connect();
	old.hello("old", "old@example.org", "cats");
	await plume.settle();
	old.auth(plume.mailer.codeFor("old@example.org"));
	await plume.settle();
	old.raw(JSON.stringify({ type: types.text, text: "hi", room: "cats" }));
	await plume.settle();
	expect(bob.lines).toContain("old: hi");
});

test("a person makes twenty rooms, from any tab, under any name, without a cost to others", async () => {
	const [disk, clock] = [new FakeDisk(), new FakeClock()];
	const ids = () => "abcdefghijklmnopqrstuv";
	const open = () =>
		TestServer.open({
			clock,
			log: openFileLog({ disk, folder: "data", clock, ids }),
		});
	plume = await open();
	const other = await plume.enter("bob", "plume.2");
	await goesTo(other, "bobs");
	await says(other, "mine", 1);
	const enter = async (name: string, to: string) => {
		const tab = await plume.enter(name, "plume.2", to);
		plume.clock.advance(60_000);
		return tab;
	};
	const makes = async (tab: Person, room: string) => {
		const [answer] = await goesTo(tab, room);
		if (answer?.type === types.welcome) tab.say("one line", 1, room);
		await plume.settle();
		plume.clock.advance(1_000);
		return answer;
	};
	const tabs = [
		await enter("ann", "ann@example.org"),
		await enter("ann", "ann@example.org"),
		await enter("ann2", "ann+2@example.org"),
	];
	for (let n = 0; n < 20; n++) {
		const tab = tabs[n % 3] ?? other;
		expect(await makes(tab, `room${n}`)).toMatchObject({ type: types.welcome });
	}
	for (const tab of tabs)
		expect(await makes(tab, "onemore")).toMatchObject({
			type: types.refused,
			code: "roomsMadeAreLeft",
		});
	expect(await makes(tabs[0] ?? other, "bobs")).toMatchObject({
		type: types.welcome,
	});
	expect(await makes(tabs[0] ?? other, "room7")).toMatchObject({
		type: types.welcome,
	});
	// Who made which is in the log.
	await plume.engine.stop();
	plume = await open();
	const back = plume.connect("plume.2");
	back.open({ session: tabs[2]?.memory.session, room: "onemore" });
	await plume.settle();
	expect(back.news()).toMatchObject([{ code: "roomsMadeAreLeft" }]);
	expect(await makes(await enter("cy", "cy@example.org"), "cys")).toMatchObject(
		{ type: types.welcome },
	);
	expect([...plume.state.rooms.keys()]).toContain("bobs");
});
