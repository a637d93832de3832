/** What nobody can do with moderation: stop the server, fill its memory, or get around a moderator. */
import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { answers, ask, into } from "./moderating.ts";
import { TestServer } from "./test-server.ts";

async function all(limits = {}) {
	const plume = await TestServer.open({
		environment: { PLUME_ADMINS: "boss@example.org", ...limits },
	});
	const boss = await plume.enter("boss", "plume.2");
	const troll = await plume.enter("troll", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	return { plume, boss, troll, bob };
}

test("a reason with broken characters is logged without them, and stops nothing", async () => {
	const { plume, bob, troll } = await all();
	for (const person of [bob, troll]) await into(plume, person, "cats");
	troll.say("buy", 1, "cats");
	await plume.settle();
	const offset = bob.items.at(-1)?.offset;
	await ask(plume, bob, `remove ${offset} a\ud800b`);
	await ask(plume, bob, "kick troll 10m a\ud800\u001b[2J\u202eb");
	expect(plume.fatal).toBeUndefined();
	expect(troll.closed?.reason).toMatch(/minutes: a {2}\[2J b$/);
});

test("a reason has the length of a line", async () => {
	const { plume, boss } = await all();
	const long = "x".repeat(301);
	expect(await ask(plume, boss, `mute troll 10m ${long}`)).toContain(
		"too long",
	);
	expect(await ask(plume, boss, "unmute troll")).toContain("already");
});

test("a message that can't be read can't be reported, and stops nothing", async () => {
	const { plume, bob } = await all();
	plume.archive.find = () => Promise.reject(new Error("EIO"));
	expect(await ask(plume, bob, "report 1 spam")).toContain("can't be read");
	expect(plume.fatal).toBeUndefined();
});

test("a mistyped duration bans nobody", async () => {
	for (const typed of "0m|-1h|1 h|99999d|1.5h|1h30m|10".split("|")) {
		const { plume, boss } = await all();
		expect(await ask(plume, boss, `ban troll ${typed} spam`)).toContain(
			"is no duration",
		);
		expect(await plume.operate("bans")).toEqual(["Nobody is banned."]);
	}
});

test("another tag of an address is muted and kept out like the first", async () => {
	const { plume, boss } = await all();
	await ask(plume, boss, "mute troll");
	const tagged = await plume.enter("nice", "plume.2", "troll+2@example.org");
	tagged.say("hello", 1, "lobby");
	await plume.settle();
	expect(tagged.last(types.refused)).toMatchObject({ code: "isNotMuted" });
	expect(await plume.operate("who")).toContain("nice   lobby  1 tab, muted");
	await ask(plume, boss, "unmute nice");
	expect(answers(tagged).at(-1)).toBe("You may speak in lobby again.");
	tagged.say("hello", 1, "lobby");
	await plume.settle();
	expect(boss.lines).toContain("nice: hello");
	await ask(plume, boss, "kick troll");
	expect(tagged.closed?.code).toBe(4006);
	plume.clock.advance(61_000);
	const third = await plume.enter("kind", "plume.2", "troll+3@example.org");
	expect(third.last(types.mayNotEnter)).toMatchObject({ code: "isNotKicked" });
});

test("a kick is undone", async () => {
	const { plume, boss, troll } = await all();
	expect(await ask(plume, boss, "kick troll 1d")).toContain(
		"“@plumebot unkick troll” undoes it.",
	);
	expect(await ask(plume, boss, "unkick troll")).toBe(
		"troll may enter lobby again.",
	);
	const back = plume.connect("plume.2");
	back.open(troll.memory);
	await plume.settle();
	expect(back.isIn).toBe(true);
	expect(await ask(plume, boss, "unkick troll")).toContain("already");
});

test("a maker changes nothing that an admin did, least of all to the maker", async () => {
	const { plume, boss, troll, bob } = await all();
	for (const person of [troll, bob, boss]) await into(plume, person, "cats");
	await ask(plume, boss, "mute troll");
	await ask(plume, boss, "mute bob 1h");
	expect(await ask(plume, troll, "unmute troll")).toContain("Only an admin");
	expect(await ask(plume, troll, "unmute bob")).toContain("Only an admin");
	expect(await ask(plume, troll, "mute bob 1m")).toContain("Only an admin");
	expect(await ask(plume, boss, "unmute bob")).toContain("may speak");
	await ask(plume, troll, "mute bob");
	expect(await ask(plume, troll, "unmute bob")).toContain("may speak");
});

test("a banned person whose name is free by now can be let in again", async () => {
	const { plume, boss } = await all();
	await ask(plume, boss, "ban troll");
	await plume.operate("release", "troll");
	const [line = ""] = await plume.operate("bans");
	expect(line).toMatch(/^\S{6} {2}for good$/);
	await plume.operate("unban", line.slice(0, 6));
	expect(await plume.operate("bans")).toEqual(["Nobody is banned."]);
});

test("reports of one person, and of one message, are few", async () => {
	const limits = { PLUME_LIMIT_REPORTS_HELD: "2" };
	const { plume, boss, bob, troll } = await all(limits);
	for (const n of [1, 2, 3]) troll.say(`spam ${n}`, n, "lobby");
	await plume.settle();
	const offsets = bob.items.slice(-3).map(({ offset }) => offset);
	for (const offset of [offsets[0], ...offsets])
		await ask(plume, bob, `report ${offset} spam`);
	expect(answers(bob).at(-1)).toContain("Many reports wait");
	const waiting = await plume.operate("reports");
	expect(waiting).toHaveLength(2);
	await ask(plume, boss, `dismiss ${waiting[0]?.slice(0, 6)}`);
	expect(await ask(plume, bob, `report ${offsets[2]} spam`)).toContain("Thank");
});

test("one person blocks only so many, and neither themselves nor the bot", async () => {
	const { plume, bob } = await all({ PLUME_LIMIT_BLOCKS_HELD: "1" });
	await ask(plume, bob, "block troll");
	const { committed } = plume.log;
	await ask(plume, bob, "block troll");
	expect(await ask(plume, bob, "unblock boss")).toBe("You see boss again.");
	expect(await ask(plume, bob, "block boss")).toContain("as many as");
	expect(await ask(plume, bob, "block bob")).toContain("Nobody can block");
	expect(await ask(plume, bob, "block plumebot")).toContain("Nobody can block");
	expect(plume.log.committed).toBe(committed);
});

test("who blocked someone is told of every name of theirs that comes, or goes", async () => {
	const { plume, bob, troll } = await all();
	await ask(plume, bob, "block troll");
	const names = () =>
		bob.received.findLast(({ kind }) => kind === "blocks")?.names;
	await plume.enter("nice", "plume.2", "troll+2@example.org");
	expect(names()).toEqual(["troll", "nice"]);
	await plume.enter("TROLL", "plume.2", "troll@example.org");
	expect(names()).toEqual(["TROLL", "nice", "troll"]);
	troll.logOut();
	await plume.operate("rename", "nice", "kind");
	expect(names()).toEqual(["TROLL", "nice", "kind"]);
	await plume.operate("release", "nice");
	expect(names()).toEqual(["TROLL", "kind"]);
	await plume.operate("release", "TROLL");
	expect(names()).toEqual(["kind"]);
});

test("a maker mutes only so many people", async () => {
	const { plume, bob } = await all({ PLUME_LIMIT_SANCTIONS_MADE: "1" });
	await into(plume, bob, "cats");
	await ask(plume, bob, "mute troll 1m");
	await plume.enter("ann", "plume.2");
	expect(await ask(plume, bob, "mute ann 1m")).toContain("Ask an admin");
	expect(await ask(plume, bob, "unmute troll")).toContain("may speak");
});

test("what is typed to the bot counts against the bytes of a day", async () => {
	const { plume, bob } = await all({ PLUME_LIMIT_IDENTITY_BYTES_DAY: "800" });
	for (const act of ["block", "unblock", "block"])
		await ask(plume, bob, `${act} troll`);
	expect(bob.last(types.refused)).toBeUndefined();
	await ask(plume, bob, "unblock troll");
	expect(bob.last(types.refused)).toMatchObject({ code: "bytesAreLeft" });
});
