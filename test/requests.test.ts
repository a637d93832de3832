/** A client gives a request an id, and its answer or refusal brings that back. */
import { beforeEach, describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { type Person, TestServer } from "./test-server.ts";

let plume: TestServer;
let ann: Person;

beforeEach(async () => {
	plume = await TestServer.open();
	ann = await plume.enter("ann", "plume.2");
	ann.say("one", 1);
	await plume.settle();
	ann.news();
});

async function answer(person: Person, frame: object) {
	person.news();
	const asked = person.received.length;
	person.raw(JSON.stringify(frame));
	await plume.until(() => person.received.length > asked);
	await plume.settle();
	return person.news();
}

describe("the answer brings back the id of", () => {
	test("a hello", async () => {
		const bob = plume.connect("plume.2");
		const hello = { type: types.hello, text: "bob\nbob@example.org" };
		const [pending] = await answer(bob, { ...hello, id: "h1" });
		expect(pending).toMatchObject({ type: types.pending, id: "h1" });
	});

	test("the right code", async () => {
		const bob = plume.connect("plume.2");
		bob.hello("bob", "bob@example.org");
		await plume.settle();
		const code = plume.mailer.codeFor("bob@example.org");
		await answer(bob, { type: types.auth, text: code, id: "a1" });
		expect(bob.last(types.authAck)).toMatchObject({ id: "a1" });
		expect(bob.last(types.welcome)).toMatchObject({ id: "a1" });
	});

	test("a wrong code", async () => {
		const bob = plume.connect("plume.2");
		bob.hello("bob", "bob@example.org");
		await plume.settle();
		const wrong = { type: types.auth, text: "000000", id: "a1" };
		expect(await answer(bob, wrong)).toMatchObject([
			{ type: types.authRst, id: "a1" },
			{ type: types.pending, id: "a1" },
		]);
	});

	test("an open with a session", async () => {
		const tab = plume.connect("plume.2");
		const { session } = ann.memory;
		await answer(tab, { type: types.open, session, id: "o1" });
		expect(tab.last(types.welcome)).toMatchObject({ id: "o1" });
	});

	test("an open with a pending id", async () => {
		const bob = plume.connect("plume.2");
		bob.hello("bob", "bob@example.org");
		await plume.settle();
		const pending = bob.last(types.pending)?.pending;
		const tab = plume.connect("plume.2");
		const [reply] = await answer(tab, { type: types.open, pending, id: "o1" });
		expect(reply).toMatchObject({ type: types.pending, id: "o1" });
	});

	test("a page of history", async () => {
		const { room, epoch } = ann.memory;
		const asked = { type: types.history, room, epoch, before: 2, id: "p1" };
		const [, end] = await answer(ann, asked);
		expect(end).toMatchObject({ type: types.history, done: true, id: "p1" });
	});

	test("an erasure, after everyone has received it", async () => {
		const { room, epoch } = ann.memory;
		const asked = { type: types.erase, room, epoch, target: 2, id: "e1" };
		expect(await answer(ann, asked)).toMatchObject([
			{ type: types.system, kind: "erased", target: 2 },
			{ type: types.erase, done: true, id: "e1" },
		]);
	});

	test.each([
		["of rooms", ["cats"]],
		["of no rooms", []],
	])("heads %s", async (_, rooms) => {
		const asked = { type: types.signal, kind: "heads", rooms, id: "s1" };
		const news = await answer(ann, asked);
		const done = { type: types.signal, kind: "heads", done: true, id: "s1" };
		expect(news.at(-1)).toMatchObject(done);
		expect(news).toHaveLength(rooms.length + 1);
	});
});

test("heads of no rooms are answered without an id too, as a sign of life", async () => {
	const asked = { type: types.signal, kind: "heads", rooms: [] };
	const done = { type: types.signal, kind: "heads", done: true };
	expect(await answer(ann, asked)).toEqual([done]);
});

describe("a refusal brings back the id, with the type, of", () => {
	const position = { room: "lobby", epoch: "h3Kd0a.Zq81xB" };
	test.each([
		["a history", { type: types.history, ...position, before: 2 }],
		["a history without an offset", { type: types.history }],
		["an erasure", { type: types.erase, ...position, target: 2 }],
		["an erasure without an offset", { type: types.erase }],
		["an open", { type: types.open, session: "nobody's" }],
		["an open of a lost login", { type: types.open, pending: "nobody's" }],
		["a hello", { type: types.hello, text: "ann\nann@example.org" }],
		["a signal of no kind", { type: types.signal }],
		["a type that nobody knows", { type: 99 }],
	])("%s", async (_, frame) => {
		const [refused] = await answer(ann, { ...frame, id: "r1" });
		expect(refused).toMatchObject({ re: frame.type, id: "r1" });
	});

	test.each([
		["a code", { type: types.auth, text: "000000" }],
		["a logout", { type: types.logout }],
		["heads", { type: types.signal, kind: "heads", rooms: [] }],
	])("%s from a stranger", async (_, frame) => {
		const stranger = plume.connect("plume.2");
		const news = await answer(stranger, { ...frame, id: "r1" });
		expect(news.at(-1)).toMatchObject({ re: frame.type, id: "r1" });
	});

	test("a request that came too fast", async () => {
		const asked = { type: types.history, ...position, before: 2 };
		for (let n = 0; n < 30; n++) ann.raw(JSON.stringify(asked));
		await plume.settle();
		const [refused] = await answer(ann, { ...asked, id: "r1" });
		const { history: re } = types;
		expect(refused).toMatchObject({ code: "isNotTooFast", re, id: "r1" });
	});
});

test.each([
	["that is too long", "x".repeat(33)],
	["that is empty", ""],
	["that is a number", 7],
	["that is null", null],
])("an id %s is refused", async (_, id) => {
	const asked = { type: types.signal, kind: "heads", rooms: [], id };
	const [refused] = await answer(ann, asked);
	const { signal: re } = types;
	expect(refused).toMatchObject({ code: "frameIsUnderstood", re });
	expect(refused).not.toHaveProperty("id");
});

test("a frame without a type is refused as about none", async () => {
	const [refused] = await answer(ann, { text: "what?" });
	expect(refused).toMatchObject({ code: "frameIsUnderstood" });
	expect(refused).not.toHaveProperty("re");
});

test("a text that is not understood names its number", async () => {
	const said = { type: types.text, text: 7, n: 2 };
	const [refused] = await answer(ann, said);
	const { text: re } = types;
	expect(refused).toMatchObject({ code: "frameIsUnderstood", re, n: 2 });
});

test("a classic client's id is nobody's business", async () => {
	const bob = await plume.enter("bob");
	bob.news();
	bob.raw(JSON.stringify({ type: types.text, text: "hi", id: 7 }));
	await plume.settle();
	expect(bob.lines.at(-1)).toBe("bob: hi");
});
