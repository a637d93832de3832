/** A classic client's conversation, frame by frame: WIRE's order, exactly. */

import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { TestServer } from "./test-server.ts";

const bot = (text: unknown) => ({
	type: types.text,
	user: { name: "plumebot" },
	text,
});

test("a classic client gets exactly the sequence it expects", async () => {
	const plume = await TestServer.open();
	const ann = plume.connect();
	ann.hello("ann", "ann@example.org");
	await plume.settle();
	expect(ann.news()).toEqual([]);

	ann.auth("WRONG1");
	await plume.settle();
	expect(ann.news()).toEqual([
		{ type: types.authRst, user: { name: "" }, text: "" },
	]);

	ann.auth(plume.mailer.codeFor("ann@example.org").toLowerCase());
	await plume.settle();
	expect(ann.news()).toEqual([
		{ type: types.authAck, user: { name: "ann" }, text: "" },
		bot(expect.stringContaining("ann")),
		bot(expect.stringContaining("ann@example.org")),
		{ type: types.text, user: { name: "ann" }, text: "entered chat" },
	]);

	ann.say("hello, nobody");
	await plume.settle();
	expect(ann.news()).toEqual([
		{ type: types.text, user: { name: "ann" }, text: "hello, nobody" },
	]);
});

test("closing one gives the other `left chat`, once", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann");
	const bob = await plume.enter("bob");
	ann.news();
	bob.hangUp();
	bob.hangUp();
	await plume.settle();
	expect(ann.news()).toEqual([
		{ type: types.text, user: { name: "bob" }, text: "left chat" },
	]);
});

test("a name that is another's is refused with words, on a socket that stays open", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann");
	const eve = plume.connect();
	eve.hello("ann", "eve@example.org");
	await plume.settle();
	expect(eve.news()).toEqual([
		{
			type: types.mayNotEnter,
			user: { name: "" },
			text: expect.stringContaining("taken"),
		},
	]);
	eve.hello("eve", "eve@example.org");
	await plume.settle();
	eve.auth(plume.mailer.codeFor("eve@example.org"));
	await plume.settle();
	expect(eve.isIn).toBe(true);
});

test("one person in two tabs is two clients under one name", async () => {
	const plume = await TestServer.open();
	const phone = await plume.enter("ann");
	const desk = await plume.enter("ann");
	phone.news();
	desk.news();
	phone.say("from the phone");
	await plume.settle();
	expect(desk.lines).toEqual(["ann: entered chat", "ann: from the phone"]);
});

test("whatever goes on around it, a classic client receives only what it knows", async () => {
	const plume = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	const old = await plume.enter("old");
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	ann.publish("typing");
	ann.publish("presence", { away: true });
	ann.publish("heads", { rooms: ["cats"] });
	bob.open({ session: bob.memory.session, room: "cats" });
	await plume.settle();
	bob.say("@ann @old in another room", 1);
	ann.say("one", 1);
	ann.say("two", 2);
	await plume.settle();
	plume.clock.advance(2000);
	const said = ann.received.find(({ text }) => text === "one");
	const [epoch, target] = [said?.epoch, said?.offset];
	ann.erase({ room: "lobby", epoch, target });
	ann.askHistory({ room: "lobby", epoch, before: target, limit: 5 });
	await plume.until(() => ann.received.some(({ kind }) => kind === "erased"));
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	await plume.settle();
	back.eraseAll();
	await plume.until(() => back.closed !== undefined);
	await plume.settle();
	for (const frame of old.received) expect(frame.type).toBeLessThanOrEqual(5);
	const lines = ["bob: entered chat", "ann: one", "ann: two", "ann: left chat"];
	expect(old.lines.slice(-4)).toEqual(lines);
});
