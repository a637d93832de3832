/** What moderators do to people, who may do which, and what anyone may do for themselves. */
import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { answers, ask, into } from "./moderating.ts";
import { type Person, TestServer } from "./test-server.ts";

const HOUR = 3_600_000;
const environment = { PLUME_ADMINS: "boss@example.org" };

function open(disk: FakeDisk, clock: FakeClock) {
	const ids = () => "abcdefghijklmnopqrstuv";
	const log = openFileLog({ disk, folder: "data", clock, ids });
	const seed = `moderation ${disk.files.size}`;
	return TestServer.open({ environment, log, clock, seed });
}

async function all() {
	const [disk, clock] = [new FakeDisk(), new FakeClock()];
	const plume = await open(disk, clock);
	const boss = await plume.enter("boss", "plume.2");
	const troll = await plume.enter("troll", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	return { plume, boss, troll, bob, disk, clock };
}

function lineOf({ items }: Person, text: string) {
	const line = items.findLast((item) => item.text === text);
	if (!line) throw new Error(`nobody said ${text}`);
	return line;
}

test("a ban closes every tab with the reason, and holds under another name, by session, by code, and after a restart", async () => {
	const { plume, boss, troll, disk, clock } = await all();
	const second = await plume.enter("troll2", "classic", "troll@example.org");
	expect(await ask(plume, boss, "ban troll 7d spam, again")).toContain(
		"troll is banned for 1 week.",
	);
	for (const tab of [troll, second]) {
		expect(tab.closed?.code).toBe(4003);
		expect(tab.closed?.reason).toMatch(/this server for \S+ \w+: spam, again$/);
	}
	const back = plume.connect("plume.2");
	back.open(troll.memory);
	await plume.settle();
	expect(back.last(types.refused)).toMatchObject({ code: "sessionIsOpen" });
	plume.clock.advance(61_000);
	const other = await plume.enter("innocent", "plume.2", "troll@example.org");
	expect(other.last(types.mayNotEnter)).toMatchObject({ code: "isNotBanned" });
	const tagged = await plume.enter(
		"innocent",
		"plume.2",
		"troll+new@example.org",
	);
	expect(tagged.last(types.mayNotEnter)).toMatchObject({ code: "isNotBanned" });
	await plume.engine.stop();
	const again = await open(disk, clock);
	const later = await again.enter("innocent", "plume.2", "troll@example.org");
	expect(later.last(types.mayNotEnter)).toMatchObject({ code: "isNotBanned" });
	clock.advance(7 * 24 * HOUR);
	const free = await again.enter("innocent", "plume.2", "troll@example.org");
	expect(free.isIn).toBe(true);
});

test("a ban by a message meets who wrote it, not who has their name by then", async () => {
	const { plume, boss, troll } = await all();
	troll.say("buy", 1, "lobby");
	await plume.settle();
	const { offset } = lineOf(boss, "buy");
	await plume.operate("release", "troll");
	const other = await plume.enter("troll", "plume.2", "other@example.org");
	expect(await ask(plume, boss, `ban #${offset}`)).toMatch(
		/^\?\S{6} is banned for good\. .*unban #\d+/,
	);
	expect(other.closed).toBeUndefined();
	plume.clock.advance(61_000);
	const again = await plume.enter("zoe", "plume.2", "troll@example.org");
	expect(again.last(types.mayNotEnter)).toMatchObject({ code: "isNotBanned" });
	expect(await ask(plume, boss, `unban #${offset}`)).toContain("enter again");
	plume.clock.advance(61_000);
	const back = await plume.enter("zoe", "plume.2", "troll@example.org");
	expect(back.isIn).toBe(true);
	expect(await ask(plume, boss, `mute #${offset} 1h`)).toContain("unmute zoe");
	expect(await ask(plume, boss, "mute #9999")).toContain("no such message");
	await expect(plume.operate("ban", `#${offset}`)).rejects.toThrow(
		"Nobody here has that name.",
	);
});

test("an asker is told that an email is banned only when the code was right", async () => {
	const { plume, boss } = await all();
	await ask(plume, boss, "ban troll");
	const stranger = plume.connect("plume.2");
	stranger.hello("stranger", "troll@example.org");
	await plume.settle();
	expect(stranger.last(types.pending)).toBeDefined();
	expect(stranger.last(types.mayNotEnter)).toBeUndefined();
});

test("an unbanned person may enter again", async () => {
	const { plume, boss } = await all();
	await ask(plume, boss, "ban @troll");
	expect(await plume.operate("bans")).toEqual(["troll  for good"]);
	expect(await ask(plume, boss, "unban troll")).toBe("troll may enter again.");
	expect(await ask(plume, boss, "unban troll")).toBe(
		"That person is not banned.",
	);
	plume.clock.advance(61_000);
	expect((await plume.enter("troll", "plume.2")).isIn).toBe(true);
});

test("the maker of a room may mute, kick and remove there, and nowhere else", async () => {
	const { plume, boss, troll, bob } = await all();
	for (const person of [bob, troll, boss]) await into(plume, person, "cats");
	troll.say("buy", 1, "cats");
	await plume.settle();
	expect(await ask(plume, troll, "kick bob")).toContain(
		"Only an admin, or the one who made this room",
	);
	expect(await ask(plume, bob, "ban troll")).toBe("Only an admin can do that.");
	expect(await ask(plume, bob, "kick boss")).toContain(
		"can't be done to an admin",
	);
	expect(await ask(plume, bob, "kick bob")).toContain("or yourself");
	expect(await ask(plume, bob, "kick plumebot")).toContain("the bot");
	expect(await ask(plume, bob, "mute nobody")).toBe(
		"Nobody here has that name.",
	);

	const { offset, epoch } = lineOf(bob, "buy");
	expect(await ask(plume, bob, `remove ${offset} advertising`)).toContain(
		"removed",
	);
	expect(boss.items.at(-1)).toMatchObject({
		kind: "erased",
		target: offset,
		epoch,
	});

	expect(await ask(plume, bob, "mute troll 10m")).toContain(
		"troll may say nothing in cats for",
	);
	troll.say("buy more", 2, "cats");
	await plume.settle();
	expect(troll.last(types.refused)).toMatchObject({
		code: "isNotMuted",
		n: 2,
		retryAfter: 600_000,
	});
	expect(await ask(plume, bob, "unmute troll")).toBe(
		"troll may speak in cats again.",
	);
	troll.say("buy more", 2, "cats");
	await plume.settle();
	expect(boss.lines).toContain("troll: buy more");

	expect(await ask(plume, bob, "kick troll 1h shouting")).toContain(
		"troll is out of cats for 1 hour.",
	);
	expect(troll.closed?.code).toBe(4006);
	expect(troll.closed?.reason).toMatch(
		/^You may not enter cats for \d+ \w+: shouting$/,
	);
	const back = plume.connect("plume.2");
	back.open(troll.memory);
	await plume.settle();
	const kicked = { code: "isNotKicked", retryAfter: HOUR };
	expect(back.last(types.refused)).toMatchObject(kicked);
	back.open({ ...troll.memory, room: "lobby" });
	await plume.settle();
	expect(back.isIn).toBe(true);
	plume.clock.advance(HOUR);
	const later = plume.connect("plume.2");
	later.open(troll.memory);
	await plume.settle();
	expect(later.isIn).toBe(true);
});

test("a command to the bot that names another room than the sender's changes nothing", async () => {
	const { plume, boss, troll } = await all();
	troll.say("hello", 1);
	await plume.settle();
	const { offset } = lineOf(boss, "hello");
	boss.say(`@plumebot remove ${offset}`, undefined, "cats");
	await plume.settle();
	expect(boss.last(types.refused)).toMatchObject({ code: "isInside" });
	expect(boss.items.at(-1)).toMatchObject({ text: "hello" });
});

test("who is muted is told until when and why, and when they may speak again", async () => {
	const { plume, boss, troll, bob } = await all();
	await ask(plume, boss, "mute troll 10m spam");
	expect(answers(troll).at(-1)).toMatch(
		/^You may say nothing in lobby for \d+ \w+: spam$/,
	);
	await ask(plume, boss, "unmute troll");
	expect(answers(troll).at(-1)).toBe("You may speak in lobby again.");
	expect(answers(bob).at(-1)).not.toContain("lobby until");
});

test("an admin moderates every room, with a code not older than a day", async () => {
	const { plume, boss, bob, troll } = await all();
	troll.say("buy", 1, "lobby");
	await plume.settle();
	const { offset, epoch } = lineOf(bob, "buy");
	boss.erase({ room: "lobby", epoch, target: offset, id: "e" });
	await plume.settle();
	expect(boss.received.at(-1)).toMatchObject({ type: types.erase, done: true });
	expect(await ask(plume, boss, "mute troll")).toContain(
		"troll may say nothing in lobby for good.",
	);
	expect(answers(troll).at(-1)).toBe("You may say nothing in lobby for good.");
	expect(boss.last(types.welcome)).toMatchObject({ role: "admin" });
	expect(bob.last(types.welcome)).not.toHaveProperty("role");
	plume.clock.advance(25 * HOUR);
	const back = plume.connect("plume.2");
	back.open(boss.memory);
	await plume.settle();
	expect(await ask(plume, back, "ban troll")).toContain("log in anew");
});

test("who is blocked is told to every tab of the one who blocks, and rings no more", async () => {
	const { plume, bob, troll } = await all();
	const elsewhere = await into(
		plume,
		await plume.enter("bob", "plume.2"),
		"cats",
	);
	elsewhere.publish("heads", { rooms: ["lobby"] });
	await plume.settle();
	expect(await ask(plume, bob, "block troll")).toContain(
		"You see nothing more of troll",
	);
	for (const tab of [bob, elsewhere])
		expect(
			tab.received.findLast(({ kind }) => kind === "blocks"),
		).toMatchObject({ names: ["troll"] });
	troll.say("@bob look", 1, "lobby");
	await plume.settle();
	plume.clock.advance(2000);
	await plume.settle();
	expect(
		elsewhere.received.findLast(({ kind }) => kind === "head"),
	).not.toHaveProperty("mentioned");
	const back = plume.connect("plume.2");
	back.open(bob.memory);
	await plume.settle();
	expect(back.received.findLast(({ kind }) => kind === "blocks")).toMatchObject(
		{ names: ["troll"] },
	);
	expect(await ask(plume, back, "unblock troll")).toBe("You see troll again.");
	expect(back.received.findLast(({ kind }) => kind === "blocks")).toMatchObject(
		{ names: [] },
	);
});

test("a report waits for the admins until one closes it", async () => {
	const { plume, boss, bob, troll } = await all();
	troll.say("buy\nnow", 1, "lobby");
	await plume.settle();
	const { offset } = lineOf(bob, "buy\nnow");
	expect(await ask(plume, bob, `report ${offset} spam`)).toContain("Thank you");
	expect(await ask(plume, troll, `report ${offset} it frightens me`)).toContain(
		"not what you wrote",
	);
	await plume.operate(
		"dismiss",
		(await plume.operate("reports"))[1]?.slice(0, 6) ?? "",
	);
	expect(await ask(plume, bob, "report 9999 spam")).toContain(
		"no such message",
	);
	const [line = ""] = await plume.operate("reports");
	expect(line).toMatch(
		/^\S{6} {2}.* UTC {2}spam {2}lobby {2}\d+ {2}troll {2}buy now$/,
	);
	expect(await ask(plume, bob, `dismiss ${line.slice(0, 6)}`)).toBe(
		"Only an admin can do that.",
	);
	expect(await ask(plume, boss, `dismiss ${line.slice(0, 6)}`)).toBe(
		"That report is closed.",
	);
	expect(await plume.operate("reports")).toEqual(["Nothing was reported."]);
});

test("admins who are in are told of a report, once in a minute", async () => {
	const { plume, boss, bob, troll } = await all();
	const heard = (one: Person) =>
		answers(one).filter((text) => text?.startsWith("A message was reported"))
			.length;
	troll.say("buy", 1, "lobby");
	troll.say("now", 2, "lobby");
	await plume.settle();
	for (const words of ["buy", "now"])
		await ask(plume, bob, `report ${lineOf(bob, words).offset} spam`);
	expect([boss, bob, troll].map(heard)).toEqual([1, 0, 0]);
	plume.clock.advance(60_000);
	await ask(plume, troll, `report ${lineOf(bob, "buy").offset}`);
	expect(heard(boss)).toBe(2);
});

test("what is typed to the bot is said to nobody; a word it does not know is", async () => {
	const { plume, boss, bob } = await all();
	await ask(plume, boss, "mute troll");
	boss.say("@plumebot how are you?", 1, "lobby");
	await plume.settle();
	expect(bob.lines).toEqual(["boss: @plumebot how are you?"]);
});
