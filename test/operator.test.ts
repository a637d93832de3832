/** What an operator does to a running server, and what people see of it. */
import { expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { refusalWords } from "../src/engine/refusals.ts";
import { lines } from "../src/operator/tables.ts";
import { openDesk, plume as runPlume } from "./cli/desk.ts";
import { asks, entersRoom, makesRoom } from "./private-rooms.ts";
import { lineOf } from "./relations.ts";
import { TestServer } from "./test-server.ts";

const notices = (person: {
	received: readonly { kind?: unknown; text?: string }[];
}) =>
	person.received.flatMap(({ kind, text }) => (kind === "notice" ? text : []));

test("who, rooms and names tell what there is, and no email", async () => {
	const plume = await TestServer.open();
	expect(await plume.operate("who")).toEqual(["Nobody is here."]);
	const ann = await plume.enter("ann", "plume.2");
	await plume.enter("ann", "plume.2", "ann@example.org");
	await plume.enter("bob");
	ann.say("hello", 1);
	await plume.settle();
	expect(await plume.operate("who")).toEqual([
		"ann  lobby  2 tabs",
		"bob  lobby  1 tab",
	]);
	ann.hangUp();
	await plume.settle();
	expect(await plume.operate("who")).toContain("ann  lobby  1 tab");
	expect(await plume.operate("rooms")).toEqual(["lobby  2 here  1 message"]);
	const names = await plume.operate("names");
	expect(names.map((line) => line.split(" ")[0])).toEqual([
		"ann",
		"bob",
		"plumebot",
	]);
	expect(names.join()).not.toMatch(/@|example/);
});

test("what the operator says is shown to old and new clients, and to those who come later", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob");
	expect(await plume.operate("say", "lobby", "We move on Sunday.")).toEqual([
		"Said in lobby.",
	]);
	expect(notices(ann)).toEqual(["We move on Sunday."]);
	expect(bob.received.at(-1)).toMatchObject({
		type: types.text,
		user: { name: "plumebot" },
		text: "We move on Sunday.",
	});
	const cleo = await plume.enter("cleo", "plume.2");
	expect(notices(cleo)).toEqual(["We move on Sunday."]);
	await expect(plume.operate("say", "cats", "hi")).rejects.toThrow(
		'no room "cats"',
	);
	await expect(plume.operate("notice", " ")).rejects.toThrow(
		"nothing in that message",
	);
	expect(await plume.operate("notice", "One more thing.")).toEqual([
		"Said in 1 room.",
	]);
	expect(notices(cleo)).toHaveLength(2);
});

test("a notice goes once into each room that is open, and is one act", async () => {
	const { testServer, disk, clock } = await openDesk();
	const ann = await testServer.enter("ann", "plume.2");
	await makesRoom(testServer, ann, "Plans");
	const closed = await makesRoom(testServer, ann, "Old plans");
	await asks(testServer, ann, "close", { room: closed });
	for (const words of ["We move.", "We stay."])
		expect(await testServer.operate("notice", words)).toEqual([
			"Said in 2 rooms.",
		]);
	clock.advance(1);
	await testServer.operate("say", "lobby", "We stay.");
	const { lines } = await runPlume(disk, ["acts"]);
	expect(lines.map((line) => line.replace(/^.*#\d+ +/, ""))).toEqual([
		"the operator said in 2 rooms as the bot: We move.",
		"the operator said in 2 rooms as the bot: We stay.",
		"the operator said in lobby as the bot: We stay.",
	]);
});

test("an act in a private room is not taken for one in this room", async () => {
	const { testServer, disk } = await openDesk();
	const ann = await testServer.enter("ann", "plume.2");
	await testServer.enter("bob");
	const room = await makesRoom(testServer, ann, "Plans");
	await entersRoom(testServer, ann, room);
	ann.say("@plumebot mute bob");
	await testServer.settle();
	expect((await runPlume(disk, ["acts"])).lines).toEqual([
		expect.stringMatching(/ann muted bob in a private room$/),
	]);
});

test.each([
	{ command: "notice", args: ["We move."] },
	{ command: "reload", args: [] },
] as const)(
	"a $command to many rooms is not one batch, for which there might be no place",
	async ({ command, args }) => {
		const again = { PLUME_RETENTION: "30d", PLUME_ALLOW: "ann@example.org" };
		const plume = await TestServer.open({ again });
		const ann = await plume.enter("ann", "plume.2");
		await plume.enter("ben");
		for (const title of ["Owls", "Cats"]) await makesRoom(plume, ann, title);
		const append = vi.spyOn(plume.log, "append");
		await plume.operate(command, ...args);
		const sizes = append.mock.calls.map(([entries]) => entries.length);
		expect(sizes.length).toBeGreaterThan(2);
		expect(Math.max(...sizes)).toBeLessThan(3);
	},
);

test("a reload counts the emails that may enter, and names none", async () => {
	const PLUME_ALLOW = "ann@example.org, invited, ben@example.org, @example.com";
	const again = { PLUME_ALLOW, PLUME_ADMINS: "ann@example.org" };
	const plume = await TestServer.open({ again });
	const says = (await plume.operate("reload")).join();
	expect(says).toContain("(2 emails, invited, @example.com)");
	expect(says).not.toContain("@example.org");
});

test("an admin who is none any more when a message is found does not remove it", async () => {
	const plume = await TestServer.open({
		environment: { PLUME_ADMINS: "ann@example.org" },
		again: { PLUME_ADMINS: "" },
	});
	await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	bob.say("hello", 1);
	await plume.settle();
	const { sessions } = plume.state.server.context;
	const ann = [...sessions.values()].find(({ name }) => name === "ann");
	const { identity = "" } = ann ?? {};
	const find = plume.archive.find.bind(plume.archive);
	vi.spyOn(plume.archive, "find").mockImplementation(async (position) => {
		await plume.operate("reload");
		return find(position);
	});
	const { offset } = lineOf(bob, "hello");
	const by = { identity, person: identity, role: "admin" } as const;
	const removal = plume.operator.ask("remove", ["lobby", `${offset}`], by);
	await expect(removal).rejects.toThrow(refusalWords.isTheirOwn);
	expect(bob.items.some(({ kind }) => kind === "erased")).toBe(false);
});

test("rooms are listed by name", async () => {
	const plume = await TestServer.open();
	for (const [name, room] of [
		["ann", "owls"],
		["bob", "cats"],
	] as const) {
		const person = plume.connect("plume.2");
		person.hello(name, `${name}@example.org`, room);
		await plume.settle();
		person.auth(plume.mailer.codeFor(`${name}@example.org`));
		await plume.settle();
	}
	for (const command of ["rooms", "who"] as const)
		expect((await plume.operate(command)).join()).toMatch(/cats.*owls/);
});

test("a renamed person is back under the new name, in every tab, without a code", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	ann.say("hello", 1);
	await plume.settle();
	expect(await plume.operate("rename", "ann", "Anna")).toEqual([
		"ann is Anna now.",
		"ann stays theirs, too: it stands at what they said. plume release ann frees it.",
	]);
	expect(ann.closed?.code).toBe(1012);
	const { memory } = ann;
	const back = plume.connect("plume.2");
	back.open(memory);
	await plume.settle();
	expect(back.last(types.welcome)).toMatchObject({
		user: { name: "Anna" },
		names: ["ann"],
		last: 1,
	});
	back.say("it is me", 2, "lobby");
	await plume.settle();
	expect(back.lines).toContain("Anna: it is me");
	// What was said before keeps the name it was said under, in history too.
	const { epoch, offset } = back.memory;
	const from = back.received.length;
	back.askHistory({ room: "lobby", epoch, before: Number(offset) + 1 });
	await plume.settle();
	expect(
		back.received
			.slice(from)
			.flatMap(({ type, user, text }) =>
				type === types.text || type === types.system
					? `${user?.name} ${text}`
					: [],
			),
	).toEqual([
		"ann entered chat",
		"ann hello",
		"ann left chat",
		"Anna entered chat",
		"Anna it is me",
	]);
	// Nobody else gets the old name, until it is freed.
	await expect(
		plume.enter("ann", "plume.2", "other@example.org"),
	).rejects.toThrow("no code was mailed");
	await plume.operate("release", "ann");
	expect(back.closed?.code).toBe(1012);
	const again = plume.connect("plume.2");
	again.open(memory);
	await plume.settle();
	expect(again.last(types.welcome)).not.toHaveProperty("names");
	const other = await plume.enter("ann", "plume.2", "other@example.org");
	expect(other.isIn).toBe(true);
	await expect(plume.operate("rename", "ann", "anna")).rejects.toThrow(
		"plume release anna",
	);
	for (const name of ["plumebot", "plume-bot", "PLUME_B0T"])
		await expect(plume.operate("rename", "ann", name)).rejects.toThrow(
			"plumebot is the server's own.",
		);
	await expect(plume.operate("rename", "plumebot", "x")).rejects.toThrow(
		"the server's own",
	);
});

test("a person's tabs under their other names learn of a new name", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2", "ann@example.org");
	const bob = await plume.enter("bob", "plume.2", "ann@example.org");
	await plume.operate("rename", "ann", "Anna");
	expect(bob.closed?.code).toBe(1012);
	const back = plume.connect("plume.2");
	back.open(bob.memory);
	await plume.settle();
	expect(back.last(types.welcome)).toMatchObject({
		user: { name: "bob" },
		names: expect.arrayContaining(["Anna"]),
	});
});

test("who has no session is not sent away because another name of theirs is freed", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2", "ann@example.org");
	const classic = await plume.enter("bob", "classic", "ann@example.org");
	await plume.operate("release", "ann");
	expect(classic.closed).toBeUndefined();
});

test("what was said by another address of a person is not theirs to edit", async () => {
	const plume = await TestServer.open();
	await plume.enter("anna", "plume.2", "ann+work@example.org");
	const ann = await plume.enter("ann", "plume.2", "ann@example.org");
	expect(ann.last(types.welcome)).not.toHaveProperty("names");
});

test("a person gets a name back that was theirs", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	await plume.operate("rename", "ann", "Eva");
	await plume.operate("rename", "Eva", "ann");
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	await plume.settle();
	expect(back.last(types.welcome)).toMatchObject({
		user: { name: "ann" },
		names: ["Eva"],
	});
});

test("a released name's owner is out, and another person may have it", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	const classic = await plume.enter("ann", "classic", "ann@example.org");
	await plume.operate("release", "ann");
	expect([ann.closed?.code, classic.closed?.code]).toEqual([4002, 4002]);
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	await plume.settle();
	expect(back.last(types.refused)).toMatchObject({ code: "sessionIsOpen" });
	const other = await plume.enter("ann", "plume.2", "other@example.org");
	expect(other.isIn).toBe(true);
	await expect(plume.operate("release", "nobody")).rejects.toThrow(
		'Nobody owns the name "nobody"',
	);
});

test("behind a closed door, owners get in by code and session, newcomers do not", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	await plume.enter("bob", "plume.2");
	ann.hangUp();
	const late = plume.connect("plume.2");
	late.hello("dora", "dora@example.org");
	await plume.settle();
	await plume.operate("close");
	// Asked for a code before it was closed.
	late.auth(plume.mailer.codeFor("dora@example.org"));
	const stranger = plume.connect("plume.2");
	stranger.hello("cleo", "cleo@example.org");
	// An email that is known, under a new name: the answer tells nothing of it.
	const known = plume.connect("plume.2");
	known.hello("eve", "bob@example.org");
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	await plume.settle();
	for (const person of [late, stranger, known])
		expect(person.last(types.mayNotEnter)).toMatchObject({
			code: "registrationIsOpen",
		});
	expect(plume.mailer.sent.map(({ name }) => name)).toEqual([
		"ann",
		"bob",
		"dora",
	]);
	expect(back.isIn).toBe(true);
	plume.clock.advance(60_000);
	expect((await plume.enter("bob", "plume.2")).isIn).toBe(true);
	await plume.operate("open");
	expect((await plume.enter("cleo", "plume.2")).isIn).toBe(true);
});

test("a code is handed over where no mail goes out, at once or when it is asked for", async () => {
	const plume = await TestServer.open();
	plume.mailer.failing = true;
	const handed = plume.operate("code", "ann", "ann@example.org");
	await plume.settle();
	const ann = plume.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await plume.settle();
	const [waiting, code = "", words] = await handed;
	expect(waiting).toContain("Nobody waits for a code as ann");
	expect(words).toContain("code for ann, for 10 minutes");
	expect(ann.last(types.refused)).toBeUndefined();
	ann.auth(code);
	await plume.settle();
	expect(ann.isIn).toBe(true);
	// It worked once, in that tab alone.
	plume.mailer.failing = false;
	const thief = plume.connect("plume.2");
	thief.hello("ann", "ann@example.org");
	await plume.settle();
	thief.auth(code);
	await plume.settle();
	expect(thief.isIn).toBe(false);
	// The owner of a name has proved an email before, so the name is enough.
	const [again = ""] = await plume.operate("code", "ann");
	thief.auth(again);
	await plume.settle();
	expect(thief.isIn).toBe(true);
	expect(JSON.stringify(plume.log)).not.toContain(again);
});

test.each(["before", "while"])(
	"a code is handed to a newcomer who gave no name %s it is waited for",
	async (when) => {
		const plume = await TestServer.open();
		const ann = plume.connect("plume.2");
		const asks = async () => {
			ann.hello("", "ann@example.org");
			await plume.settle();
		};
		if (when === "before") await asks();
		const handed = plume.operate("code", "ann", "ann@example.org");
		await plume.settle();
		if (when === "while") await asks();
		const [code = "", words] = (await handed).slice(-2);
		expect(words).toContain("is the code for ann, for 10 minutes");
		ann.raw(JSON.stringify({ type: types.auth, text: code, name: "ann" }));
		await plume.settle();
		expect(ann.isIn).toBe(true);
	},
);

test("for a name that nobody owns, the operator must know the email too", async () => {
	const plume = await TestServer.open();
	const eve = plume.connect("plume.2");
	eve.hello("ann", "admin@example.org");
	await plume.settle();
	await expect(plume.operate("code", "ann")).rejects.toThrow(
		"plume code ann EMAIL",
	);
	await expect(plume.operate("code", "ann", "ann")).rejects.toThrow(
		"one email address",
	);
	const handed = plume.operate("code", "ann", "ann@example.org");
	const refused = expect(handed).rejects.toThrow(
		"Nobody asked for a code as ann",
	);
	await plume.settle();
	plume.clock.advance(5 * 60_000);
	await refused;
});

test("for a name that is free again, a code goes to its owner alone, unless the email is said", async () => {
	const environment = { PLUME_LIMIT_NAME_DAYS: "7" };
	const plume = await TestServer.open({ environment });
	(await plume.enter("bob", "plume.2")).hangUp();
	await plume.passes(8 * 24 * 3_600_000);
	const mallory = plume.connect("plume.2");
	mallory.hello("bob", "ann@example.org");
	await plume.settle();
	const handed = plume.operate("code", "bob");
	await plume.settle();
	const bob = plume.connect("plume.2");
	bob.hello("bob", "bob@example.org");
	await plume.settle();
	const [, code = ""] = await handed;
	for (const one of [mallory, bob]) one.auth(code);
	await plume.settle();
	expect([mallory.isIn, bob.isIn]).toEqual([false, true]);
});

test("a name that is freed while its code is waited for ends nothing but the wait", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2");
	plume.clock.advance(60_000);
	const handed = plume.operate("code", "ann");
	const refused = expect(handed).rejects.toThrow("plume code ann EMAIL");
	await plume.settle();
	await plume.operate("release", "ann");
	expect((await plume.enter("bob")).isIn).toBe(true);
	plume.connect("plume.2").hello("ann", "eve@example.org");
	await plume.settle();
	plume.clock.advance(5 * 60_000);
	await refused;
	expect(plume.fatal).toBeUndefined();
});

test("a report names its author as they are called now", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	ann.say("buy my stamps");
	await plume.settle();
	bob.say(`@plumebot report ${ann.last(types.text)?.offset} spam`);
	await plume.settle();
	const authorAt = async () =>
		(await plume.operate("reports"))[0]?.split(/ {2,}/).at(-2);
	expect(await authorAt()).toBe("ann");
	await plume.operate("rename", "ann", "anna");
	await plume.operate("release", "ann");
	await plume.enter("ann", "plume.2", "ben@example.org");
	expect(await authorAt()).toBe("anna");
	await plume.operate("release", "anna");
	expect(await plume.operate("reports")).not.toContainEqual(
		expect.stringContaining("ann"),
	);
});

test("mails are counted for a day, and status says since when", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann");
	const status = async () => (await plume.operate("status")).join("\n");
	expect(await status()).toMatch(
		/^login codes since 2026-01-01 00:00 UTC +1 sent$/m,
	);
	expect(await status()).toMatch(/^newcomers +let in$/m);
	await plume.operate("close");
	expect(await status()).toMatch(/^newcomers +kept out$/m);
	plume.clock.advance(20 * 3_600_000);
	await plume.enter("ann");
	plume.clock.advance(5 * 3_600_000);
	expect(await status()).toMatch(/^login codes in the last 24 hours +1 sent$/m);
});

test.each([
	["ban", "nobody", "plume names"],
	["unban", "ann", "plume bans"],
	["dismiss", "4fK2xa", "plume reports"],
] as const)(
	"plume %s %s says that %s lists what there is",
	async (act, whom, list) => {
		const plume = await TestServer.open();
		await plume.enter("ann", "plume.2");
		await expect(plume.operate(act, whom)).rejects.toThrow(`${list} lists`);
	},
);

test("a table may be longer than a call may have arguments", () => {
	const rows = Array.from({ length: 300_000 }, () => ["ann", "1"]);
	rows[7] = ["somebody", "1"];
	const shown = lines({ heads: [], rows, none: "" });
	expect(shown.length).toBe(rows.length);
	expect(shown[0]).toBe("ann       1");
});

test("a mute, a kick or a ban says what it replaces", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann");
	const mute = async (why: string) =>
		(await plume.operate("mute", "lobby", "ann", why)).join();
	expect(await mute("20m")).not.toContain("replaces");
	plume.clock.advance(610_000);
	expect(await mute("5m loud")).toContain(
		"It replaces one that had 10 minutes left.",
	);
	plume.clock.advance(300_000);
	expect(await mute("")).not.toContain("replaces");
	expect(await mute("1h")).toContain("It replaces one that had no end.");
	expect((await plume.operate("kick", "lobby", "ann")).join()).not.toContain(
		"replaces",
	);
	expect((await plume.operate("kick", "lobby", "ann")).join()).toContain(
		"had 5 minutes left",
	);
	await plume.operate("ban", "ann", "2d");
	expect((await plume.operate("ban", "ann")).join()).toContain(
		"had 2 days left",
	);
});

test.each([
	["30d", 1440 + 23, "29 days"],
	["30d", 27 * 1440, "3 days"],
	["2d", 60, "47 hours"],
	["2h", 1, "119 minutes"],
])(
	"a mute of %s tells %i minutes later in words what was left",
	async (length, minutes, left) => {
		const plume = await TestServer.open();
		await plume.enter("ann");
		await plume.operate("mute", "lobby", "ann", length);
		plume.clock.advance(minutes * 60_000 + 1);
		const says = await plume.operate("mute", "lobby", "ann", "5m");
		expect(says.join()).toContain(`It replaces one that had ${left} left.`);
	},
);

test("who would remove a person is told what sends a person away", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2");
	await expect(plume.operate("remove", "lobby", "ann")).rejects.toThrow(
		"Name a message by its number in the room. To send a person away, use kick or ban.",
	);
});
