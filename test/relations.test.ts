/** Edits, reactions and pins: what is said of a message, and how it reads then. */
import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { saidBy } from "../src/history/said.ts";
import { asExported } from "../src/transport/export.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk, seeded } from "./fakes/disk.ts";
import {
	lineOf,
	readBack,
	relates,
	says,
	serverOn,
	textOn,
} from "./relations.ts";
import { type Person, type Received, TestServer } from "./test-server.ts";

const HOUR_MS = 3_600_000;

const turns = async (count: number) => {
	for (let turn = 0; turn < count; turn++)
		await new Promise((resolve) => setImmediate(resolve));
};

async function twoInTheLobby(environment = {}) {
	const disk = new FakeDisk();
	const plume = await serverOn(disk, new FakeClock(), environment);
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	return { plume, disk, ann, bob };
}

test("everyone sees the new words of a message, and when it was edited", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "teh cat");
	const answer = await relates(plume, ann, "edit", line, "the cat");
	expect(answer).toMatchObject({ type: types.relation, kind: "done" });
	const edited = bob.last(types.system);
	expect(edited).toMatchObject({
		...{ kind: "edited", user: { name: "ann" }, text: "the cat" },
		target: line.offset,
	});
	const cleo = await plume.enter("cleo", "plume.2");
	const now = { text: "the cat", edited: edited?.time, offset: line.offset };
	expect(lineOf(cleo)).toMatchObject(now);
	expect(await readBack(plume, cleo)).toMatchObject([now]);
	expect(JSON.stringify(cleo.received)).not.toContain("teh cat");
});

test("words that were replaced are nowhere in the log", async () => {
	const { plume, disk, ann } = await twoInTheLobby();
	const line = await says(plume, ann, "first words");
	await relates(plume, ann, "edit", line, "second words");
	await relates(plume, ann, "edit", line, "third words");
	const texts = textOn(disk).match(/\w+ words/g);
	expect(texts).toEqual(["third words"]);
});

test("a message can be edited only by who said it, and for a day", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "mine");
	expect(await relates(plume, bob, "edit", line, "his")).toMatchObject({
		...{ code: "isTheirOwn", re: types.relation },
	});
	plume.clock.suspend(24 * HOUR_MS + 1);
	expect(await relates(plume, ann, "edit", line, "later")).toMatchObject({
		code: "isYoung",
	});
});

test("what was erased can be edited no more", async () => {
	const { plume, ann } = await twoInTheLobby();
	const { room, epoch, offset, ...line } = await says(plume, ann, "gone");
	ann.erase({ room, epoch, target: offset });
	await plume.settle();
	const there = { ...line, room, epoch, offset };
	expect(await relates(plume, ann, "edit", there, "back")).toMatchObject({
		code: "placeIsKnown",
	});
});

test("erasing an edited message erases its newest words", async () => {
	const { plume, disk, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "first words");
	await relates(plume, ann, "edit", line, "second words");
	ann.erase({ room: line.room, epoch: line.epoch, target: line.offset });
	await plume.settle();
	expect(textOn(disk).match(/first words|second words/)?.[0]).toBeUndefined();
	const [back] = await readBack(plume, bob);
	expect(back).toMatchObject({ text: "", erased: true, offset: line.offset });
});

/** Writes to the log wait, until the answer is called. */
function stall(disk: FakeDisk): () => void {
	let goOn = () => {};
	const stalled = new Promise<undefined>((resolve) => {
		goOn = () => resolve(undefined);
	});
	disk.interrupt = ({ kind, path }) =>
		kind === "write" && path.includes("/log/") ? stalled : undefined;
	return goOn;
}

function edits(person: Person, line: Received, text: string): void {
	const { room, epoch, offset: target } = line;
	const about = { room, epoch, target, text };
	person.raw(JSON.stringify({ type: types.relation, kind: "edit", ...about }));
}

test("the relations of a room that is forgotten leave the disk", async () => {
	const { plume, disk, ann } = await twoInTheLobby();
	const cleo = plume.connect("plume.2");
	cleo.hello("cleo", "cleo@example.org", "cats");
	await plume.settle();
	cleo.auth(plume.mailer.codeFor("cleo@example.org"));
	await plume.settle();
	/** Fills segments, until what was said before is in files. */
	const fill = async (person: Person) => {
		for (let line = 0; line < 12; line++) await says(plume, person, `${line}`);
		await readBack(plume, person);
	};
	const line = await says(plume, cleo, "a cat");
	await relates(plume, cleo, "pin", line);
	await relates(plume, cleo, "react", line, "👍");
	await fill(cleo);
	const files = () =>
		[...disk.files.keys()].filter((path) => /relations.*-/.test(path));
	expect(files()).not.toEqual([]);
	cleo.logOut();
	await plume.settle();
	plume.clock.advance(31 * 24 * HOUR_MS);
	await plume.settle();
	await fill(ann);
	expect(files()).toEqual([]);
});

test("two edits at once are decided one after the other", async () => {
	const { plume, disk, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "one");
	const goOn = stall(disk);
	edits(ann, line, "two");
	edits(ann, line, "three");
	await turns(50);
	goOn();
	await plume.until(() => bob.last(types.system)?.text === "three");
	await plume.settle();
	expect(textOn(disk).match(/"text":"(one|two)"/)?.[0]).toBeUndefined();
	expect(await readBack(plume, bob)).toMatchObject([{ text: "three" }]);
});

test("a crash at any call leaves an edit not made, or made without the words before it", async () => {
	const seen = new Set<string>();
	for (let calls = 0; calls < 80; calls += 2) {
		const { plume, disk, ann } = await twoInTheLobby();
		const line = await says(plume, ann, "first words");
		const last = disk.calls + calls;
		disk.interrupt = ({ number }) => (number > last ? "crash" : undefined);
		edits(ann, line, "other words");
		await plume.until(
			() => disk.crashed || ann.last(types.system)?.kind === "edited",
		);
		const left = disk.crash(seeded(calls));
		plume.clock.forgetTimers();
		const next = await serverOn(left, plume.clock);
		const bob = await next.enter("bob", "plume.2");
		const [back] = await readBack(next, bob);
		const found = textOn(left).match(/\w+ words/g);
		expect(found).toEqual([back?.text]);
		seen.add(`${back?.text}`);
	}
	expect([...seen].sort()).toEqual(["first words", "other words"]);
});

test("a classic client reads an edit as a line of its own", async () => {
	const { plume, ann } = await twoInTheLobby();
	const old = await plume.enter("old");
	const line = await says(plume, ann, "teh cat");
	old.news();
	await relates(plume, ann, "edit", line, "the cat");
	await relates(plume, ann, "react", line, "👍");
	expect(old.news()).toEqual([
		{ type: types.text, user: { name: "ann" }, text: "(edited) the cat" },
	]);
});

test("reactions are counted by emoji, in the order in which each was given first", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "who comes?");
	await relates(plume, bob, "react", line, "👍");
	await relates(plume, ann, "react", line, "🎉");
	await relates(plume, ann, "react", line, "👍");
	const cleo = await plume.enter("cleo", "plume.2");
	const expected = [
		{ text: "👍", by: [{ name: "bob" }, { name: "ann" }] },
		{ text: "🎉", by: [{ name: "ann" }] },
	];
	expect(lineOf(cleo, "who comes?")).toMatchObject({ reactions: expected });
	await relates(plume, bob, "unreact", line, "👍");
	const [back] = await readBack(plume, cleo);
	expect(back).toMatchObject({
		reactions: [
			{ text: "🎉", by: [{ name: "ann" }] },
			{ text: "👍", by: [{ name: "ann" }] },
		],
	});
	await relates(plume, ann, "unreact", line, "👍");
	await relates(plume, ann, "react", line, "👍");
	const [now] = await readBack(plume, cleo);
	expect(now).toMatchObject({ reactions: [{ text: "🎉" }, { text: "👍" }] });
	const dora = await plume.enter("dora", "plume.2");
	expect(lineOf(dora, "who comes?").reactions).toEqual(now?.reactions);
});

test("the same reaction twice, or one that is not there taken back, changes nothing", async () => {
	const { plume, ann } = await twoInTheLobby();
	const line = await says(plume, ann, "hm");
	await relates(plume, ann, "unreact", line, "👍");
	await relates(plume, ann, "react", line, "👍");
	const { offset } = ann.memory;
	const again = await relates(plume, ann, "react", line, "👍");
	expect(again).toMatchObject({ kind: "done" });
	expect(ann.memory.offset).toBe(offset);
});

test.each([
	"",
	"a",
	"👍👍",
	"1",
	"👍 ",
	"\u{1F468}\u200D\u{1F469}\u200D".repeat(8),
])("“%s” is no reaction", async (text) => {
	const { plume, ann } = await twoInTheLobby();
	const line = await says(plume, ann, "hm");
	expect(await relates(plume, ann, "react", line, text)).toMatchObject({
		code: "isEmoji",
	});
});

test.each([
	["👍\ufe0f", "👍"],
	["❤", "❤\ufe0f"],
])("%s counts as %s", async (typed, listed) => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "hm");
	await relates(plume, ann, "react", line, typed);
	expect(bob.last(types.system)).toMatchObject({ text: listed });
	await relates(plume, ann, "unreact", line, typed);
	expect(bob.last(types.system)).toMatchObject({ kind: "unreacted" });
});

test("a message has at most twenty kinds of reactions", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "hm");
	for (let kind = 0; kind < 20; kind++) {
		plume.clock.suspend(1000);
		const emoji = String.fromCodePoint(0x1f400 + kind);
		await relates(plume, ann, "react", line, emoji);
	}
	const more = await relates(plume, bob, "react", line, "👍");
	expect(more).toMatchObject({ code: "reactionsAreLeft" });
	const again = await relates(plume, bob, "react", line, "🐀");
	expect(again).toMatchObject({ kind: "done" });
});

test("reactions that come too fast are refused, and say when to try again", async () => {
	const { plume, ann } = await twoInTheLobby();
	const line = await says(plume, ann, "hm");
	const answers = [];
	for (let nth = 0; nth < 6; nth++)
		for (const kind of ["react", "unreact"])
			answers.push(await relates(plume, ann, kind, line, "👍"));
	expect(answers.at(-1)).toMatchObject({
		...{ code: "isNotTooFast", retryAfter: expect.any(Number) },
	});
});

test("erasing all of oneself takes one's edits and reactions", async () => {
	const { plume, disk, ann, bob } = await twoInTheLobby();
	const theirs = await says(plume, bob, "bob was here");
	const own = await says(plume, ann, "first words");
	await relates(plume, ann, "edit", own, "second words");
	await relates(plume, ann, "react", theirs, "🦩");
	await relates(plume, bob, "react", theirs, "👍");
	ann.eraseAll();
	await plume.until(() => ann.closed !== undefined);
	expect(
		textOn(disk).match(/first words|second words|🦩/)?.[0],
	).toBeUndefined();
	expect(bob.received).toContainEqual(
		expect.objectContaining({ kind: "erased", target: own.offset }),
	);
	const back = await readBack(plume, bob);
	expect(back).toMatchObject([
		{ reactions: [{ text: "👍" }] },
		{ text: "", erased: true },
	]);
	expect(back[0]?.reactions).toHaveLength(1);
	const cleo = await plume.enter("cleo", "plume.2");
	expect(lineOf(cleo, "bob was here").reactions).toEqual(back[0]?.reactions);
});

test("pins of erased messages stand in the way of no other pin", async () => {
	const { plume, ann, bob } = await twoInTheLobby({
		...{ PLUME_ADMINS: "ann@example.org", PLUME_LIMITS: "off" },
	});
	const rules = await says(plume, ann, "the rules");
	await relates(plume, ann, "pin", rules);
	for (let nth = 0; nth < 50; nth++) {
		const line = await says(plume, bob, `line ${nth}`);
		await relates(plume, ann, "pin", line);
	}
	const before = await relates(plume, ann, "pins", rules);
	expect(before.pins).toHaveLength(50);
	bob.eraseAll();
	await plume.until(() => bob.closed !== undefined);
	expect(await relates(plume, ann, "pins", rules)).toMatchObject({
		pins: [{ target: rules.offset, text: "the rules" }],
	});
});

test("only who made a room, or an admin, pins a message there", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, bob, "read this");
	expect(await relates(plume, bob, "pin", line)).toMatchObject({
		code: "isModerator",
	});
	ann.open({ ...ann.memory, room: "boats" });
	bob.open({ ...bob.memory, room: "boats" });
	await plume.settle();
	const rules = await says(plume, bob, "the rules");
	await relates(plume, ann, "pin", rules);
	expect(bob.last(types.system)).toMatchObject({
		...{ kind: "pinned", target: rules.offset, user: { name: "ann" } },
	});
	const pins = await relates(plume, bob, "pins", rules);
	expect(pins).toMatchObject({
		pins: [{ target: rules.offset, name: "bob", text: "the rules", by: "ann" }],
	});
	await relates(plume, ann, "unpin", rules);
	expect(await relates(plume, bob, "pins", rules)).toMatchObject({ pins: [] });
});

test("a page of history counts messages, and leaves relations out", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const lines = [];
	for (const text of ["one", "two", "three"])
		lines.push(await says(plume, ann, text));
	for (const line of lines) await relates(plume, bob, "react", line, "👍");
	await relates(plume, ann, "edit", lines[0] ?? {}, "first");
	bob.news();
	const back = await readBack(plume, bob, 2);
	expect(back).toMatchObject([{ text: "two" }, { text: "three" }]);
	expect(bob.news().map(({ type }) => type)).toEqual([
		...[types.text, types.text, types.history],
	]);
	expect(bob.last(types.history)).toMatchObject({ more: true });
});

test("who comes back is sent every relation, whatever it is about", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "one");
	const { memory } = bob;
	bob.hangUp();
	await plume.settle();
	await relates(plume, ann, "react", line, "👍");
	await relates(plume, ann, "edit", line, "two");
	await relates(plume, ann, "edit", line, "three");
	const back = await plume.connect("plume.2");
	back.open(memory);
	await plume.settle();
	const missed = back.items.filter(({ offset }) => offset !== undefined);
	expect(missed).toMatchObject([
		{ kind: "reacted", text: "👍", target: line.offset },
		{ kind: "edited", text: "", erased: true },
		{ kind: "edited", text: "three" },
	]);
});

test("an edit is in the page that was read while it was made", async () => {
	const { plume, disk, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "first words");
	const goOn = stall(disk);
	const { ordered } = plume.log;
	const { room, epoch } = line;
	edits(ann, line, "other words");
	await plume.until(() => plume.log.ordered > ordered);
	const before = Number(line.offset) + 1;
	bob.askHistory({ room, epoch, before, limit: 1 });
	await plume.until(() => plume.archive.isIdle);
	goOn();
	await plume.until(() => bob.last(types.history) !== undefined);
	await plume.settle();
	const page = bob.items.filter(({ offset }) => offset === line.offset);
	expect(page.at(-1)).toMatchObject({ text: "other words" });
});

test.each([
	{ lines: 2, relations: 3, isGap: false },
	{ lines: 1, relations: 4, isGap: true },
	{ lines: 3, relations: 2, isGap: true },
])(
	"who missed $lines lines of two, and $relations relations of three, gets a gap: $isGap",
	async ({ lines, relations, isGap }) => {
		const limits = {
			PLUME_LIMIT_CATCH_UP_ITEMS: "2",
			PLUME_LIMIT_CATCH_UP_RELATIONS: "3",
		};
		const { plume, disk, ann, bob } = await twoInTheLobby(limits);
		const line = await says(plume, ann, "one");
		const { memory } = bob;
		bob.hangUp();
		await plume.settle();
		for (let n = 0; n < lines; n++) await says(plume, ann, `line ${n}`);
		for (const emoji of ["👍", "🎉", "🦩", "❤"].slice(0, relations))
			await relates(plume, ann, "react", line, emoji);
		async function gaps(server: typeof plume) {
			const back = server.connect("plume.2");
			back.open(memory);
			await server.settle();
			back.hangUp();
			await server.settle();
			return back.received.filter(({ type }) => type === types.gap).length;
		}
		expect(await gaps(plume)).toBe(isGap ? 1 : 0);
		plume.clock.forgetTimers();
		// What it remembers has to be read from the log.
		const next = await serverOn(disk.kill(), plume.clock, limits);
		next.server.room("lobby").recent.forgetItems();
		expect(await gaps(next)).toBe(isGap ? 1 : 0);
	},
);

test("one's copy has the newest words of a message, and one's reactions", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const theirs = await says(plume, bob, "bob was here");
	const own = await says(plume, ann, "first words");
	await relates(plume, ann, "edit", own, "other words");
	await relates(plume, ann, "react", theirs, "👍");
	const { identity } =
		plume.state.client(`${ann.memory.client}`)?.context ?? {};
	const copied: object[] = [];
	for await (const found of saidBy(`${identity}`, plume.archive))
		copied.push(asExported(found));
	expect(copied).toMatchObject([
		{ offset: own.offset, text: "other words", edited: true },
		{ target: theirs.offset, reacted: "👍" },
	]);
});

test("words that were replaced twice come to nobody, whatever a room remembers", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, ann, "first words");
	plume.server.room("lobby").recent.forgetItems();
	await says(plume, ann, "something else");
	const { memory } = bob;
	bob.hangUp();
	await relates(plume, ann, "edit", line, "second words");
	await relates(plume, ann, "edit", line, "third words");
	const back = plume.connect("plume.2");
	back.open(memory);
	await plume.settle();
	const cleo = await plume.enter("cleo", "plume.2");
	for (const one of [back, cleo]) {
		const shown = JSON.stringify(one.received).match(/\w+ words/g);
		expect(new Set(shown)).toEqual(new Set(["third words"]));
	}
});

test("what grows too old takes no edited message between with it", async () => {
	// All in one segment, so that one event could erase them.
	const environment = { PLUME_RETENTION: "24h" };
	const plume = await TestServer.open({ environment });
	const ann = await plume.enter("ann", "plume.2");
	await says(plume, ann, "old 1");
	const line = await says(plume, ann, "old 2");
	await says(plume, ann, "old 3");
	plume.clock.suspend(10 * HOUR_MS);
	await relates(plume, ann, "edit", line, "edited later");
	for (let hour = 0; hour < 17; hour++) {
		plume.clock.advance(HOUR_MS);
		await plume.settle();
	}
	const cleo = await plume.enter("cleo", "plume.2");
	const said = cleo.items.filter(({ type }) => type === types.text);
	expect(said.map(({ text }) => text)).toEqual(["", "edited later", ""]);
	expect(await readBack(plume, cleo)).toEqual(said);
});

test("who gives and takes back the same reaction many times leaves no more than one on the disk", async () => {
	const { plume, disk, ann } = await twoInTheLobby();
	const line = await says(plume, ann, "hm");
	for (let round = 0; round < 20; round++)
		for (const kind of ["react", "unreact"]) {
			plume.clock.suspend(1000);
			await relates(plume, ann, kind, line, "👍");
		}
	await says(plume, ann, "enough");
	const blocks = [...disk.files].filter(([path]) =>
		/relations\/.+-0/.test(path),
	);
	expect(blocks).toHaveLength(1);
	const left = blocks.map(([, bytes]) =>
		JSON.parse(`${bytes}`.split("\n")[1] ?? ""),
	);
	expect(left[0].through).toBeGreaterThan(20);
	expect(left[0].relations.length).toBeLessThan(2);
});

test.each([
	{ finder: "a reader", unmerged: [] },
	{ finder: "a merge", unmerged: ["🎉"] },
])(
	"a block of relations in which $finder finds rot is made anew",
	async ({ unmerged }) => {
		const { plume, disk, ann, bob } = await twoInTheLobby();
		const line = await says(plume, bob, "hm");
		await relates(plume, ann, "react", line, "👍");
		for (let n = 0; n < 12; n++) await says(plume, ann, `${n}`);
		await readBack(plume, ann);
		for (const emoji of unmerged)
			await relates(plume, bob, "react", line, emoji);
		for (let n = 0; n < 12; n++) await says(plume, bob, `more ${n}`);
		plume.clock.forgetTimers();
		const { files } = disk.kill();
		const block = [...files.keys()].find((path) =>
			/relations\/.+-0/.test(path),
		);
		files.set(`${block}`, Buffer.from("rotten"));
		const rotten = new FakeDisk(files);
		const next = await serverOn(rotten, plume.clock);
		next.server.room("lobby").recent.forgetItems();
		const cleo = await next.enter("cleo", "plume.2");
		const { reactions } = lineOf(cleo, "hm");
		expect(reactions).toHaveLength(1 + unmerged.length);
		expect(`${rotten.files.get(`${block}`)}`).toContain('"reacted"');
	},
);

test("so many reactions after the last message keep no newcomer from it", async () => {
	const { plume, ann } = await twoInTheLobby({
		PLUME_LIMIT_MAILBOX_BYTES: "6000",
	});
	const line = await says(plume, ann, "the last message");
	for (let round = 0; round < 15; round++)
		for (const kind of ["react", "unreact"]) {
			plume.clock.suspend(1000);
			await relates(plume, ann, kind, line, "👍");
		}
	const cleo = await plume.enter("cleo", "plume.2");
	expect(lineOf(cleo).text).toBe("the last message");
});

test("a reaction is taken back by who has another name now", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, bob, "hm");
	await relates(plume, ann, "react", line, "👍");
	await plume.operate("rename", "ann", "anna");
	const anna = await plume.enter("anna", "plume.2", "ann@example.org");
	await relates(plume, anna, "unreact", line, "👍");
	const cleo = await plume.enter("cleo", "plume.2");
	expect(lineOf(cleo, "hm").reactions).toBeUndefined();
	expect((await readBack(plume, cleo))[0]?.reactions).toBeUndefined();
});

test("what another person gave under the same name before is shown alike to all", async () => {
	const { plume, ann, bob } = await twoInTheLobby();
	const line = await says(plume, bob, "good news");
	await relates(plume, ann, "react", line, "👍");
	await plume.operate("release", "ann");
	const next = await plume.enter("ann", "plume.2", "other@example.org");
	for (const kind of ["react", "unreact"])
		await relates(plume, next, kind, line, "👍");
	const cleo = await plume.enter("cleo", "plume.2");
	const { reactions } = lineOf(cleo, "good news");
	expect(reactions).toHaveLength(1);
	expect(await readBack(plume, cleo)).toMatchObject([{ reactions }]);
});
