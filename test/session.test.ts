/** Nobody logs in again, nobody misses or repeats a line: sessions, resume, and numbers. */

import { beforeEach, describe, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { memoryDisk } from "../src/log/memory-disk.ts";
import { FakeClock } from "./fakes/clock.ts";
import { memoryLog } from "./fakes/memory-log.ts";
import { World } from "./simulation/world.ts";
import { type Person, type Received, TestServer } from "./test-server.ts";

const DAY_MS = 86_400_000;

let plume: TestServer;
let ann: Person;
let bob: Person;
beforeEach(async () => {
	plume = await TestServer.open();
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
});

async function comesBack(
	memory: Readonly<Record<string, unknown>>,
	where = plume,
): Promise<Person> {
	const person = where.connect("plume.2");
	person.open(memory);
	await where.settle();
	return person;
}

const items = ({ items }: Person): readonly Received[] => items;

test("a lost tab resumes its seat: what it missed arrives in order, unseen by others", async () => {
	ann.hangUp();
	bob.say("one");
	bob.say("two");
	await plume.settle();
	const back = await comesBack(ann.memory);
	expect(back.received.map(({ type, text }) => [type, text])).toEqual([
		[types.welcome, undefined],
		[types.text, "one"],
		[types.text, "two"],
	]);
	expect(back.last(types.welcome)).toMatchObject({
		client: ann.memory.client,
		user: { name: "ann" },
	});
	bob.say("three");
	await plume.settle();
	expect(back.received.at(-1)).toMatchObject({ text: "three" });
	expect(bob.lines.join()).not.toContain("ann");
});

test("after the grace it has left, but keeps its numbers when it enters again", async () => {
	ann.say("first", 1);
	await plume.settle();
	const { memory } = ann;
	ann.hangUp();
	plume.clock.advance(59_000);
	await plume.settle();
	expect(bob.last(types.system)).toMatchObject({ kind: "entered" });
	plume.clock.advance(1000);
	await plume.settle();
	expect(bob.last(types.system)).toMatchObject({
		kind: "left",
		user: { name: "ann" },
	});
	const back = await comesBack(memory);
	expect(back.last(types.welcome)).toMatchObject({
		client: memory.client,
		last: 1,
	});
	expect(items(back).map(({ kind }) => kind)).toEqual(["left", "entered"]);
	back.say("second", 2);
	await plume.settle();
	expect(bob.received.at(-1)).toMatchObject({ text: "second", n: 2 });
});

test("who is lost a second time has the whole grace a second time", async () => {
	const { memory } = ann;
	ann.hangUp();
	plume.clock.advance(40_000);
	const back = await comesBack(memory);
	back.hangUp();
	plume.clock.advance(59_000);
	await plume.settle();
	expect(bob.last(types.system)).toMatchObject({ kind: "entered" });
	plume.clock.advance(1000);
	await plume.settle();
	expect(bob.last(types.system)).toMatchObject({
		kind: "left",
		user: { name: "ann" },
	});
});

test("a message sent again is accepted once, acknowledged again", async () => {
	ann.say("once", 1);
	ann.say("once", 1);
	await plume.settle();
	const { memory } = ann;
	ann.hangUp();
	const back = await comesBack(memory);
	back.say("once", 1);
	await plume.settle();
	expect(back.received.at(-1)).toEqual({
		type: types.ack,
		room: "lobby",
		last: 1,
	});
	expect(bob.received.filter(({ text }) => text === "once")).toHaveLength(1);
});

test("a number too high is refused with the one expected, which no refusal uses up", async () => {
	ann.say("third", 3);
	await plume.settle();
	expect(ann.last(types.refused)).toMatchObject({
		code: "isNextInOrder",
		re: types.text,
		n: 3,
		expected: 1,
	});
	ann.say("x".repeat(4001), 1);
	ann.say("first", 1);
	await plume.settle();
	expect(ann.last(types.refused)).toMatchObject({ code: "textIsShort", n: 1 });
	expect(bob.received.at(-1)).toMatchObject({ text: "first", n: 1 });
	expect(ann.last(types.ack)).toMatchObject({ last: 1 });
});

test.each([
	["an old epoch", { epoch: "older.epoch" }],
	["an offset from the future", { offset: 10_000 }],
])("%s gives an explicit gap, then the history", async (_, wrong) => {
	bob.say("said");
	await plume.settle();
	const { memory } = ann;
	ann.hangUp();
	const back = await comesBack({ ...memory, ...wrong });
	const received = back.received.map(({ type }) => type);
	expect(received.slice(0, 2)).toEqual([types.welcome, types.gap]);
	expect(received.at(-1)).toBe(types.history);
	expect(items(back).map(({ text }) => text)).toContain("said");
});

test("more missed than is remembered gives a gap, never a silent hole", async () => {
	const small = await TestServer.open({
		environment: { PLUME_LIMITS: "off", PLUME_LIMIT_CATCH_UP_ITEMS: "20" },
	});
	const cleo = await small.enter("cleo", "plume.2");
	const dan = await small.enter("dan", "plume.2");
	const { memory } = cleo;
	cleo.hangUp();
	for (let i = 0; i < 100; i++) dan.say(`line ${i}`);
	await small.settle();
	const back = await comesBack(memory, small);
	expect(back.received[1]?.type).toBe(types.gap);
	expect(back.received.at(-1)?.type).toBe(types.history);
});

test("as many lines as the limit says are caught up with: one more is a gap", async () => {
	const small = await TestServer.open({
		environment: { PLUME_LIMITS: "off", PLUME_LIMIT_CATCH_UP_ITEMS: "20" },
	});
	const cleo = await small.enter("cleo", "plume.2");
	const dan = await small.enter("dan", "plume.2");
	for (let i = 0; i < 100; i++) dan.say(`line ${i}`);
	await small.settle();
	const { memory } = cleo;
	cleo.hangUp();
	const typesFrom = async (offset: number) =>
		(await comesBack({ ...memory, offset }, small)).received.map(
			({ type }) => type,
		);
	const last = Number(memory.offset);
	let missed = 0;
	for (; (await typesFrom(last - missed))[1] !== types.gap; missed++)
		expect(await typesFrom(last - missed)).toEqual([
			types.welcome,
			...Array(missed).fill(types.text),
		]);
	expect(missed).toBe(21);
});

test("lost, then back before its entry was visible: welcomed once", async () => {
	const { session } = ann.memory;
	const first = plume.connect("plume.2");
	first.open({ session });
	const client = [...plume.state.clients.keys()].at(-1);
	first.hangUp();
	const back = plume.connect("plume.2");
	back.open({ session, client });
	await plume.settle();
	expect(
		back.received.filter(({ type }) => type === types.welcome),
	).toHaveLength(1);
	const offsets = items(back).map(({ offset }) => offset);
	expect(new Set(offsets).size).toBe(offsets.length);
});

test("the same tab opened elsewhere takes over: the first is closed for good", async () => {
	const second = await comesBack(ann.memory);
	expect(ann.closed?.code).toBe(4001);
	ann.hangUp();
	await plume.settle();
	second.say("here now", 1);
	await plume.settle();
	expect(bob.received.at(-1)).toMatchObject({ text: "here now" });
	expect(bob.received.filter(({ kind }) => kind === "left")).toEqual([]);
});

test("another's client id gives no one their seat", async () => {
	const thief = await comesBack({
		session: bob.memory.session,
		client: ann.memory.client,
	});
	expect(thief.last(types.welcome)?.client).not.toBe(ann.memory.client);
	expect(thief.last(types.welcome)?.user).toEqual({ name: "bob" });
	expect(ann.closed).toBeUndefined();
});

test("a new tab with the session is in at once, as a client of its own", async () => {
	const tab = await comesBack({ session: ann.memory.session });
	expect(tab.last(types.welcome)?.client).not.toBe(ann.memory.client);
	expect(tab.received.at(-1)).toMatchObject({ kind: "entered" });
	expect(ann.closed).toBeUndefined();
});

test("no session, a made-up one, or one that expired is refused by name, then a hello is welcome", async () => {
	const stranger = await comesBack({ session: "made-up" });
	expect(stranger.received).toMatchObject([
		{ type: types.refused, re: types.open, code: "sessionIsOpen" },
	]);
	const { session } = ann.memory;
	ann.hangUp();
	plume.clock.advance(30 * DAY_MS);
	await plume.settle();
	const late = await comesBack({ session });
	expect(late.last(types.refused)).toMatchObject({ code: "sessionIsOpen" });
	late.hello("ann", "ann@example.org");
	await plume.settle();
	expect(late.received.at(-1)?.type).toBe(types.pending);
});

test("many sessions that expire at once are closed in several batches", async () => {
	plume = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	for (let i = 0; i < 100; i++)
		(await plume.enter(`guest${i}`, "plume.2")).hangUp();
	const append = vi.spyOn(plume.log, "append");
	await plume.passes(31 * DAY_MS);
	expect(plume.state.server.context.sessions.size).toBe(0);
	const sizes = append.mock.calls.map(([entries]) => entries.length);
	expect(Math.max(...sizes)).toBeLessThan(110);
});

test("an expired session resumes nothing, from its last second on, before it is closed within the hour", async () => {
	plume.clock.advance(60_000);
	const cleo = await plume.enter("cleo", "plume.2");
	const { session } = cleo.memory;
	const open = () => plume.state.server.context.sessions.size;
	cleo.hangUp();
	plume.clock.advance(30 * DAY_MS - 1);
	await plume.settle();
	expect(open()).toBe(3);
	plume.clock.advance(1);
	const late = await comesBack({ session });
	expect(late.last(types.refused)).toMatchObject({ code: "sessionIsOpen" });
	expect(open()).toBe(3);
	plume.clock.advance(3_600_000);
	await plume.settle();
	expect(open()).toBe(2);
});

test("a tab that is open keeps its session alive, with one event a day", async () => {
	bob.hangUp();
	plume.clock.advance(62 * DAY_MS);
	await plume.settle();
	expect(ann.closed).toBeUndefined();
	const { sessions } = plume.state.server.context;
	expect([...sessions.values()].map(({ name }) => name)).toEqual(["ann"]);
	const before = plume.log.ordered;
	plume.clock.advance(10 * DAY_MS);
	expect(plume.log.ordered - before).toBe(10);
});

test("a seat kept for someone who is gone is no use of a session", async () => {
	plume.clock.advance(DAY_MS - 30_000);
	ann.hangUp();
	bob.hangUp();
	await plume.settle();
	const before = plume.log.ordered;
	plume.clock.advance(30_000);
	expect(plume.log.ordered - before).toBe(0);
});

test("a tab that is open when its session expires while the machine is suspended is closed with a code", async () => {
	plume.clock.suspend(31 * DAY_MS);
	plume.clock.advance(0);
	await plume.settle();
	expect(ann.closed?.code).toBe(4002);
});

test("a session that is used lives on", async () => {
	let { memory } = ann;
	ann.hangUp();
	for (let week = 0; week < 8; week++) {
		plume.clock.advance(7 * DAY_MS);
		await plume.settle();
		const back = await comesBack(memory);
		expect(back.last(types.welcome)).toBeDefined();
		memory = { ...memory, client: back.last(types.welcome)?.client };
		back.hangUp();
	}
});

test("log out ends this browser's session, log out everywhere all of them", async () => {
	const elsewhere = await plume.enter("ann", "plume.2");
	const { session } = ann.memory;
	const tab = await comesBack({ session });
	ann.logOut();
	await plume.settle();
	expect([ann.closed?.code, tab.closed?.code]).toEqual([4002, 4002]);
	expect(elsewhere.closed).toBeUndefined();
	expect((await comesBack({ session })).last(types.refused)).toBeDefined();
	const third = await plume.enter("ann", "plume.2");
	third.logOut(true);
	await plume.settle();
	expect([third.closed?.code, elsewhere.closed?.code]).toEqual([4002, 4002]);
	expect(bob.closed).toBeUndefined();
	const { context } = plume.state.server;
	expect([...context.sessions.values()].map(({ name }) => name)).toEqual([
		"bob",
	]);
});

test("of too many sessions of a person the one that was unused longest ends", async () => {
	plume = await TestServer.open({
		environment: { PLUME_LIMIT_SESSIONS_HELD: "2" },
	});
	const email = "cleo@example.org";
	const first = await plume.enter("cleo", "plume.2", email);
	first.hangUp();
	await plume.passes(DAY_MS);
	const second = await plume.enter("cleo", "plume.2", email);
	second.hangUp();
	await plume.passes(DAY_MS);
	const back = await comesBack(first.memory);
	const third = await plume.enter("cl", "plume.2", "cleo+2@example.org");
	const late = await comesBack(second.memory);
	expect(late.last(types.refused)).toMatchObject({ code: "sessionIsOpen" });
	for (const { closed } of [back, third]) expect(closed).toBeUndefined();
});

test("of too many sessions of a day one without an open tab ends", async () => {
	plume = await TestServer.open({
		environment: { PLUME_LIMIT_SESSIONS_HELD: "2" },
	});
	const email = "cleo@example.org";
	const first = await plume.enter("cleo", "plume.2", email);
	const second = await plume.enter("cleo", "plume.2", email);
	second.hangUp();
	await plume.settle();
	await plume.enter("cleo", "plume.2", email);
	const back = await comesBack(second.memory);
	expect(back.last(types.refused)).toMatchObject({ code: "sessionIsOpen" });
	expect(first.closed).toBeUndefined();
});

test("each of too many sessions ends in a batch of its own", async () => {
	plume = await TestServer.open({
		again: { PLUME_LIMIT_SESSIONS_HELD: "1" },
	});
	const email = "cleo@example.org";
	for (let nth = 1; nth <= 3; nth++)
		(await plume.enter("cleo", "plume.2", email)).hangUp();
	await plume.operate("reload");
	const append = vi.spyOn(plume.log, "append");
	await plume.enter("cleo", "plume.2", email);
	const sessionsIn = append.mock.calls.map(([entries]) =>
		entries.flatMap(({ event }) =>
			/^session\.(opened|closed)$/.test(event.type) ? [event.type] : [],
		),
	);
	const [closed, opened] = [["session.closed"], ["session.opened"]];
	expect(sessionsIn.filter(({ length }) => length > 0)).toEqual([
		...[closed, closed, closed, opened],
	]);
});

test("a pending login is found again by its id, on another connection", async () => {
	const phone = plume.connect("plume.2");
	phone.hello("cleo", "cleo@example.org");
	await plume.settle();
	const pending = phone.last(types.pending)?.pending;
	phone.auth("000000");
	phone.hangUp();
	const back = await comesBack({ pending });
	expect(back.received).toMatchObject([
		{ type: types.pending, tries: 4, pending },
	]);
	back.auth(plume.mailer.codeFor("cleo@example.org"));
	await plume.settle();
	expect(back.received.map(({ type }) => type).slice(1, 4)).toEqual([
		types.authAck,
		types.session,
		types.welcome,
	]);
	// The answer may have been lost: it is given again, once.
	const again = await comesBack({ pending });
	expect(again.last(types.session)?.token).not.toBe(
		back.last(types.session)?.token,
	);
	const third = await comesBack({ pending });
	expect(third.last(types.refused)).toMatchObject({
		code: "loginIsPending",
		re: types.open,
	});
});

test("a crash loses nothing: session, seat, numbers, pending login are all still there", async () => {
	const world = new World();
	await world.start();
	const dee = await world.plume.enter("dee", "plume.2");
	const eli = await world.plume.enter("eli", "plume.2");
	dee.say("before the crash", 1);
	await world.settle();
	const login = world.plume.connect("plume.2");
	login.hello("fay", "fay@example.org");
	await world.settle();
	const code = world.plume.mailer.codeFor("fay@example.org");
	await world.crash(1);

	const back = await comesBack(dee.memory, world.plume);
	expect(back.last(types.welcome)).toMatchObject({
		client: dee.memory.client,
		last: 1,
	});
	expect(items(back)).toEqual([]);
	const other = await comesBack(eli.memory, world.plume);
	back.say("before the crash", 1);
	back.say("after the crash", 2);
	await world.settle();
	expect(items(other).map(({ text }) => text)).toEqual(["after the crash"]);

	const fay = await comesBack(
		{ pending: login.last(types.pending)?.pending },
		world.plume,
	);
	fay.auth(code);
	await world.settle();
	expect(fay.isIn).toBe(true);
	world.check();
});

test("back while its leaving is being written: it enters again like anyone", async () => {
	const { memory } = ann;
	ann.hangUp();
	await plume.settle();
	plume.clock.advance(60_000);
	const back = await comesBack(memory);
	expect(back.last(types.welcome)).toMatchObject({ client: memory.client });
	bob.say("hi");
	await plume.settle();
	expect(back.received.at(-1)).toMatchObject({ text: "hi" });
	back.hangUp();
	plume.clock.advance(60_000);
	await plume.settle();
	expect(plume.state.room("lobby")?.context.members.size).toBe(1);
});

test("who is in the room takes up no other login on the same socket", async () => {
	const other = plume.connect("plume.2");
	other.hello("ann", "ann@example.org");
	await plume.settle();
	ann.open({ pending: other.last(types.pending)?.pending });
	await plume.settle();
	expect(ann.last(types.refused)).toMatchObject({
		re: types.open,
		code: "isNotInside",
	});
	ann.hangUp();
	plume.clock.advance(60_000);
	await plume.settle();
	expect(plume.state.room("lobby")?.context.members.size).toBe(1);
});

test("after a restart a code that is asked for again goes to the address that asks", async () => {
	const world = new World();
	await world.start();
	const fay = world.plume.connect("plume.2");
	fay.hello("fay", "fay@example.org");
	await world.settle();
	await world.crash(1);
	const login = { pending: fay.last(types.pending)?.pending };
	const back = await comesBack(login, world.plume);
	world.clock.advance(61_000);
	back.hello("fay", "fay@example.org");
	await world.settle();
	const { sent } = world.plume.mailer;
	expect(sent.map(({ to }) => to)).toEqual(["fay@example.org"]);
});

test("a code asked for again is mailed, though the phone hangs up at once", async () => {
	const fay = plume.connect("plume.2");
	fay.hello("fay", "fay@example.org");
	await plume.settle();
	plume.clock.advance(61_000);
	fay.hello("fay", "fay@example.org");
	fay.hangUp();
	await plume.settle();
	const back = await comesBack({ pending: fay.last(types.pending)?.pending });
	back.auth(plume.mailer.codeFor("fay@example.org"));
	await plume.settle();
	expect(back.isIn).toBe(true);
});

test("a failed mail is reported to the connection that waits for it now", async () => {
	plume.mailer.hanging = true;
	const fay = plume.connect("plume.2");
	fay.hello("fay", "fay@example.org");
	await plume.settle();
	fay.hangUp();
	const back = await comesBack({ pending: fay.last(types.pending)?.pending });
	plume.clock.advance(10_000);
	await plume.settle();
	expect(back.last(types.mayNotEnter)).toMatchObject({ code: "mailWasSent" });
});

test("a failed mail ends no login whose code was asked for again meanwhile", async () => {
	const patient = { PLUME_LIMIT_MAIL_TIMEOUT_SECONDS: "90" };
	plume = await TestServer.open({ environment: patient });
	const fay = plume.connect("plume.2");
	plume.mailer.hanging = true;
	fay.hello("fay", "fay@example.org");
	await plume.settle();
	plume.mailer.hanging = false;
	plume.clock.advance(61_000);
	fay.hello("fay", "fay@example.org");
	await plume.settle();
	plume.clock.advance(30_000);
	await plume.settle();
	expect(fay.last(types.mayNotEnter)).toBeUndefined();
	fay.auth(plume.mailer.codeFor("fay@example.org"));
	await plume.settle();
	expect(fay.isIn).toBe(true);
});

test("a session gives no one a name that is another's since it was released", async () => {
	const days = { PLUME_LIMIT_NAME_DAYS: "7" };
	plume = await TestServer.open({ environment: days });
	const old = await plume.enter("linus", "plume.2", "old@example.org");
	old.hangUp();
	plume.clock.advance(8 * DAY_MS);
	const now = await plume.enter("linus", "plume.2", "new@example.org");
	expect(now.isIn).toBe(true);
	const back = await comesBack(old.memory);
	expect(back.last(types.refused)).toMatchObject({ code: "nameIsTheirs" });
});

test("who is no longer invited when they type their code does not get in", async () => {
	const clock = new FakeClock();
	const disk = memoryDisk();
	const log = () => memoryLog("x", clock, disk);
	plume = await TestServer.open({ clock, log: log() });
	const eve = plume.connect("plume.2");
	eve.hello("eve", "eve@example.com");
	await plume.settle();
	const code = plume.mailer.codeFor("eve@example.com");
	await plume.engine.stop();
	clock.forgetTimers();
	const environment = { PLUME_ALLOW: "@example.org" };
	plume = await TestServer.open({ clock, log: log(), environment });
	const back = await comesBack({ pending: eve.last(types.pending)?.pending });
	back.auth(code);
	await plume.settle();
	expect(back.received.at(-1)).toMatchObject({ code: "isInvited" });
});

test("a history of long lines fits the mailbox of a slow network", async () => {
	plume = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	bob = await plume.enter("bob", "plume.2");
	for (let i = 0; i < 100; i++) bob.say("語".repeat(4000));
	await plume.settle();
	ann = plume.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await plume.settle();
	ann.stalled = true;
	ann.auth(plume.mailer.codeFor("ann@example.org"));
	bob.say("hi");
	await plume.settle();
	expect(ann.unsentBytes).toBeLessThan(256 * 1024);
	expect(ann.closed).toBeUndefined();
});

describe("while our own process was paused, nobody was silent", () => {
	beforeEach(() => plume.beat());

	test("who is in a room stays", async () => {
		plume.clock.suspend(60_000);
		ann.transport?.checkHeartbeat();
		expect(ann.closed).toBeUndefined();
		ann.stalled = true;
		for (let second = 0; second < 36; second++) {
			plume.clock.advance(1000);
			plume.beat();
			ann.transport?.checkHeartbeat();
		}
		expect(ann.closed?.code).toBe(1006);
	});

	test("a stranger still has time to say hello", async () => {
		const stranger = plume.connect("plume.2");
		plume.clock.suspend(60_000);
		plume.clock.advance(0);
		expect(stranger.closed).toBeUndefined();
	});

	test("who had just lost the connection still has time to come back", async () => {
		ann.hangUp();
		await plume.settle();
		plume.clock.suspend(90_000);
		plume.clock.advance(0);
		await plume.settle();
		const back = await comesBack(ann.memory);
		expect(back.last(types.welcome)).toMatchObject({
			client: ann.memory.client,
		});
		expect(bob.lines).not.toContain("ann: left chat");
	});
});

test("refusals are reported each minute, if there were any", async () => {
	const reported: object[] = [];
	const report = { info: (fields: object) => reported.push(fields), warn() {} };
	plume = await TestServer.open({ report });
	plume.clock.advance(60_000);
	expect(reported).toEqual([]);
	plume.connect("plume.2").raw("?");
	await plume.settle();
	plume.clock.advance(180_000);
	expect(reported).toEqual([{ refusals: { frameIsUnderstood: 1 } }]);
});
