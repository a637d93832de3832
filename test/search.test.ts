/** Searches what was said, by the words in it. */

import { describe, expect, test } from "vitest";
import { LOBBY, MessageType as types } from "../machines/message.ts";
import { FakeClock } from "./fakes/clock.ts";
import { entersRoom, invitedInto, makesRoom } from "./private-rooms.ts";
import { relates } from "./relations.ts";
import { found, openSearchable, searches } from "./search.ts";
import { TestServer } from "./test-server.ts";

const DAY_MS = 86_400_000;

/** Ann has said these, in this order. */
async function annSaid(...texts: readonly string[]) {
	const { plume, searchStore } = await openSearchable();
	const ann = await plume.enter("ann", "plume.2");
	texts.forEach((text, at) => {
		ann.say(text, at + 1);
	});
	await plume.settle();
	return { plume, ann, searchStore };
}

test("a word finds the messages that have it, the newest first", async () => {
	const { plume, ann } = await annSaid(
		"Lunch at noon?",
		"no",
		"lunch is ready",
	);
	const texts = await found(plume, ann, "lunch");
	expect(texts).toEqual(["lunch is ready", "Lunch at noon?"]);
});

test("a hit names the message, so that the page can show it", async () => {
	const { plume, ann } = await annSaid("hello");
	const said = ann.items.find(({ text }) => text === "hello");
	const { hits } = await searches(plume, ann, "hello");
	const position = { epoch: said?.epoch, offset: said?.offset };
	const about = { room: LOBBY, time: said?.time, name: "ann" };
	expect(hits).toEqual([{ ...position, ...about, text: "hello" }]);
});

describe("of these words", () => {
	const texts = [
		"Crème brûlée for everyone",
		"the brown fox",
		"a fox that is brown",
		"東京タワーに行きました",
		"กรุงเทพมหานคร is Bangkok",
		"look at https://example.org/plan.html",
		'say "AND" OR NOT * - ^ to me:',
		"Straße, ΟΔΟΣ",
		"哈哈哈哈哈哈",
		"今日は友達の家の庭の花の写真の話をした",
	] as const;
	const cases: readonly (readonly [string, readonly number[]])[] = [
		["creme brulee", [0]],
		["BRÛLÉE", [0]],
		["fox brown", [2, 1]],
		['"brown fox"', [1]],
		["bro*", [2, 1]],
		["bro", []],
		["東京", [3]],
		["京東", []],
		["タワー", [3]],
		["哈哈哈哈哈", [8]],
		["今日は友達の家の庭の花の写真の話", [9]],
		["กรุงเทพ", [4]],
		["example.org/plan", [5]],
		["has:link", [5]],
		['AND "OR NOT"', [6]],
		["NEAR(fox brown)", []],
		["terms:fox", []],
		["οδοσ strasse*", [7]],
		["STRASSE", [7]],
		["STRAẞE", [7]],
		["οδοσ straße", [7]],
		["from:ann fox", [2, 1]],
		["from:bob fox", []],
	];
	test.each(cases)("%s finds what has them", async (query, at) => {
		const { plume, ann } = await annSaid(...texts);
		const expected = at.map((nth) => texts[nth]);
		expect(await found(plume, ann, query)).toEqual(expected);
	});
});

test.each([
	["", "queryHasWords"],
	["🦩", "queryHasWords"],
	["a*", "beginningIsLong"],
	["before:tomorrow", "dayIsWhole"],
	["after:2026-02-31", "dayIsWhole"],
	["has:teeth", "kindIsKnown"],
	["to:bob", "recipientIsMe"],
	["x ".repeat(17), "queryIsShort"],
	["x".repeat(501), "queryIsShort"],
	[`"${"a the ".repeat(12)}fox"`, "queryIsShort"],
	["東".repeat(9), "queryIsShort"],
	["東京".repeat(13), "queryIsShort"],
	['"the the the the the"', "queryIsShort"],
	["ﷺ".repeat(20), "queryIsShort"],
	["in:~AAAAAAAAAAAAAAAAAAAAAA fox", "isOpenToThem"],
	["in:nowhere fox", "isOpenToThem"],
])("%s is refused in words", async (query, rule) => {
	const { plume, ann } = await annSaid("fox");
	expect(await found(plume, ann, query)).toBe(rule);
});

test("a search is about the room that one is in", async () => {
	const { plume, ann } = await annSaid("fox in the lobby");
	await entersRoom(plume, ann, "kitchen");
	ann.say("fox in the kitchen", 1);
	await plume.settle();
	expect(await found(plume, ann, "fox")).toEqual(["fox in the kitchen"]);
	const elsewhere = await found(plume, ann, "fox in:lobby");
	expect(elsewhere).toEqual(["fox in the lobby"]);
	const all = ["fox in the kitchen", "fox in the lobby"];
	expect(await found(plume, ann, "fox", { all: true })).toEqual(all);
});

test("what was said in a private room is found by its members only", async () => {
	const { plume, ann } = await annSaid();
	const bob = await plume.enter("bob", "plume.2");
	const room = await makesRoom(plume, ann, "plans");
	await entersRoom(plume, ann, room);
	ann.say("the secret fox", 1);
	await plume.settle();
	expect(await found(plume, bob, "fox", { all: true })).toEqual([]);
	await invitedInto(plume, room, ann, bob);
	const texts = await found(plume, bob, "fox", { all: true });
	expect(texts).toEqual(["the secret fox"]);
});

test("a room that one may not enter is not told from one that does not exist", async () => {
	const { plume, ann, searchStore } = await annSaid();
	const bob = await plume.enter("bob", "plume.2");
	const room = await makesRoom(plume, ann, "plans");
	const none = `~${"A".repeat(22)}`;
	const answers = [];
	for (const each of [room, none])
		for (const [text, fields] of [
			["fox", { room: each }],
			[`fox in:${each}`, {}],
		] as const) {
			searchStore.calls.length = 0;
			const { id: _, ...answer } = await searches(plume, bob, text, fields);
			answers.push(JSON.stringify([answer, searchStore.calls]));
		}
	expect(answers.slice(0, 2)).toEqual(answers.slice(2));
	expect(answers[0]).toContain("isOpenToThem");
});

test("days say what was said before, on and after them", async () => {
	const clock = new FakeClock(Date.UTC(2026, 0, 1, 12));
	const { plume } = await openSearchable({ clock });
	const ann = await plume.enter("ann", "plume.2");
	for (const day of [1, 2, 3]) {
		ann.say(`day ${day}`, day);
		await plume.settle();
		clock.advance(DAY_MS);
	}
	const before = await found(plume, ann, "day before:2026-01-02");
	expect(before).toEqual(["day 1"]);
	const after = await found(plume, ann, "day after:2026-01-02");
	expect(after).toEqual(["day 3", "day 2"]);
	expect(await found(plume, ann, "day after:2027-01-01")).toEqual([]);
});

test("mentions of someone and answers to them are found together", async () => {
	const { plume, ann } = await annSaid("who comes?");
	const bob = await plume.enter("bob", "plume.2");
	const question = bob.items.find(({ text }) => text === "who comes?");
	bob.say("hi @Ann", 1);
	bob.say("hi @anna", 2);
	bob.say("me", 3, undefined, question?.offset);
	await plume.settle();
	expect(await found(plume, ann, "to:me")).toEqual(["me", "hi @Ann"]);
	expect(await found(plume, ann, "has:reply")).toEqual(["me"]);
	expect(await found(plume, bob, "to:me")).toEqual([]);
});

test("what is older than an answer can be asked for though its last message is edited", async () => {
	const texts = Array.from({ length: 45 }, (_, nth) => `fox ${nth}`);
	const { plume } = await openSearchable({
		environment: { PLUME_LIMIT_MESSAGE_BURST: "100" },
	});
	const ann = await plume.enter("ann", "plume.2");
	texts.forEach((text, at) => {
		ann.say(text, at + 1);
	});
	await plume.settle();
	const seen: unknown[] = [];
	let before: unknown;
	do {
		const answer = await searches(plume, ann, "fox", { before });
		const hits = Array.isArray(answer.hits) ? answer.hits : [];
		seen.push(...hits.map(({ text }) => text));
		before = answer.older;
		// What it says now would be found before all that was seen.
		const { room, epoch, offset: target } = hits.at(-1);
		const edit = { type: types.relation, kind: "edit", text: "fox, edited" };
		ann.raw(JSON.stringify({ ...edit, room, epoch, target }));
		await plume.settle();
	} while (before);
	expect(seen).toEqual(texts.toReversed());
});

test("an end that no answer had is refused", async () => {
	const { plume, ann } = await annSaid("fox");
	for (const before of ["", "older", "A".repeat(22)])
		expect(await found(plume, ann, "fox", { before })).toBe("placeIsKnown");
});

test("the middle of a long message is shown if the word is there", async () => {
	const long = `${"a ".repeat(500)}fox${" z".repeat(500)}`;
	const { plume, ann } = await annSaid(long);
	const texts = await found(plume, ann, "fox");
	const middle = /^… ?(?:a )+fox(?: z)+ ?…$/;
	expect(texts).toEqual([expect.stringMatching(middle)]);
});

test("an edited message is found by its new words only", async () => {
	const { plume, ann } = await annSaid("helo world");
	await found(plume, ann, "helo");
	const said = ann.items.find(({ text }) => text === "helo world");
	await relates(plume, ann, "edit", said ?? {}, "hello world");
	expect(await found(plume, ann, "helo")).toEqual([]);
	const { hits } = await searches(plume, ann, "hello from:ann");
	expect(hits).toMatchObject([{ offset: said?.offset, text: "hello world" }]);
});

test("a person has one search under way, in however many tabs", async () => {
	const { plume, ann } = await annSaid("fox");
	const tab = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	for (const each of [ann, tab, bob]) each.search("fox", { id: "at once" });
	await plume.settle();
	const answers = [ann, tab, bob].map(({ received }) =>
		received.find(({ id }) => id === "at once"),
	);
	const hits = [{ text: "fox" }];
	const later = { code: "isNotTooFast", retryAfter: 500 };
	expect(answers).toMatchObject([{ hits }, later, { hits }]);
	expect(await found(plume, tab, "fox")).toEqual(["fox"]);
});

test("a search is refused while those of many people wait", async () => {
	const { plume } = await annSaid("fox");
	const people = [];
	for (let nth = 0; nth < 17; nth++)
		people.push(await plume.enter(`p${nth}`, "plume.2"));
	for (const each of people) each.search("fox", { id: "at once" });
	await plume.settle();
	const answers = people.map(({ received }) =>
		received.find(({ id }) => id === "at once"),
	);
	expect(answers.slice(15)).toMatchObject([
		{ hits: [{ text: "fox" }] },
		{ code: "isNotTooFast" },
	]);
});

test("a server without an index says so", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	expect(await found(plume, ann, "fox")).toBe("searchIsReady");
});

/** Ann has just said 400 messages, and none is indexed. */
async function annTalked() {
	const clock = new FakeClock();
	const { plume, searchStore } = await openSearchable({
		clock,
		environment: { PLUME_LIMIT_MESSAGE_BURST: "1000" },
	});
	const ann = await plume.enter("ann", "plume.2");
	for (let nth = 1; nth <= 400; nth++) ann.say(`fox ${nth}`, nth);
	await plume.settle();
	return { clock, plume, searchStore, ann };
}

test("what is said while people talk is indexed in small turns", async () => {
	const { clock, plume, searchStore } = await annTalked();
	clock.advance(1000);
	await plume.settle();
	const [first = 0] = searchStore.batches.filter((rows) => rows > 0);
	expect(first).toBeGreaterThan(0);
	expect(first).toBeLessThan(200);
});

test("somebody who searches does not wait for many small turns", async () => {
	const { plume, searchStore, ann } = await annTalked();
	expect(await found(plume, ann, "fox 1")).toEqual(["fox 1"]);
	expect(searchStore.batches.filter((rows) => rows > 0).length).toBeLessThan(3);
});

test("a turn that waited for a slow search brings no long rest", async () => {
	const { clock, plume, searchStore, ann } = await annTalked();
	let answer: (() => void) | undefined;
	searchStore.find = () =>
		new Promise((resolve) => {
			answer = () => resolve([]);
		});
	ann.search("fox");
	await plume.until(() => answer !== undefined);
	searchStore.batches.length = 0;
	for (let nth = 401; nth <= 800; nth++) ann.say(`fox ${nth}`, nth);
	await plume.until(() => ann.lines.includes("ann: fox 800"));
	clock.advance(1000);
	clock.advance(1900);
	answer?.();
	await plume.settle();
	clock.advance(1000);
	await plume.settle();
	expect(searchStore.batches.reduce((sum, rows) => sum + rows, 0)).toBe(400);
});
