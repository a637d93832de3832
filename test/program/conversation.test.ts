/** A classic client's whole conversation, over a real socket, with the code that was printed. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { Plume } from "./program.ts";

let plume: Plume;
beforeAll(async () => {
	plume = await Plume.start();
});
afterAll(() => plume.stop());

test("hello, a wrong code, the right code, the bot's two lines, entered chat, an echo, then another's leaving", async () => {
	const ann = await Caller.call(plume.port);
	ann.raw.send({ type: types.hello, text: "ann\nann@example.org" });
	const code = await plume.codeFor("ann");
	ann.raw.send({
		type: types.auth,
		text: code === "000000" ? "111111" : "000000",
	});
	ann.raw.send({ type: types.auth, text: code });
	ann.say("hello?");
	const frames = await ann.next(6);
	expect(
		frames.map(({ type, user, text }) => [type, user?.name, text]),
	).toEqual([
		[4, "", ""],
		[3, "ann", ""],
		[1, "plumebot", expect.stringContaining("ann")],
		[1, "plumebot", expect.stringContaining("ann@example.org")],
		[1, "ann", "entered chat"],
		[1, "ann", "hello?"],
	]);

	const eve = await Caller.call(plume.port);
	eve.raw.send({ type: types.hello, text: "ann\neve@example.org" });
	expect(await eve.next(1)).toMatchObject([{ type: types.mayNotEnter }]);
	eve.raw.send({ type: types.hello, text: "eve\neve@example.org" });
	eve.raw.send({ type: types.auth, text: await plume.codeFor("eve") });
	await eve.until(({ text }) => text === "entered chat");
	expect(await ann.next(1)).toMatchObject([{ text: "entered chat" }]);
	eve.raw.drop();
	expect(await ann.next(1)).toEqual([
		{ type: types.text, user: { name: "eve" }, text: "left chat" },
	]);
	ann.raw.drop();
});

test("a plume.2 client sees what was said before it entered", async () => {
	const first = await Caller.enter(plume, "first");
	first.say("before");
	await first.until(({ text }) => text === "before");
	const late = await Caller.call(plume.port, { protocol: "plume.2" });
	late.raw.send({ type: types.hello, text: "late\nlate@example.org" });
	const { tries, pending } = await late.until(
		({ type }) => type === types.pending,
	);
	expect({ tries, pending }).toEqual({
		tries: 5,
		pending: expect.stringMatching(/^[\w-]{22}$/),
	});
	late.raw.send({ type: types.auth, text: await plume.codeFor("late") });
	await late.until(
		({ kind, user }) => kind === "entered" && user?.name === "late",
	);
	const received = late.received.map(({ type }) => type);
	expect(received.slice(1, 4)).toEqual([
		types.authAck,
		types.session,
		types.welcome,
	]);
	const history = late.received.slice(4, received.indexOf(types.history));
	const welcome = late.received[3];
	expect(history.map(({ text }) => text)).toContain("before");
	expect(history.at(-1)?.offset).toBe(welcome?.offset);
	expect(late.received.at(-1)?.offset).toBe(Number(welcome?.offset) + 1);
	first.raw.drop();
	late.raw.drop();
});
