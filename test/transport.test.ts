/** A Client that no WebSocket carries: anything with an `onMessage` can join a Room. */
import { expect, test } from "vitest";
import { MessageType } from "../machines/message.ts";
import type { Notice } from "../src/chat/notice.ts";
import { House } from "./house.ts";

test("someone on a terminal talks with someone in a browser, and no engine code knows", async () => {
	const house = await House.open();
	const ann = await house.enter("ann");
	const heard: Notice[] = [];
	const visit = house.engine.connect(["a terminal"], {
		onMessage: ({ notices }) => heard.push(...notices),
		onEnd: () => {},
		whenDrained: setImmediate,
	});
	const { hello, auth, text } = MessageType;
	const [name, email] = ["teletype", "tty@example.org"];
	const room = "lobby";
	house.engine.receive(visit, {
		type: hello,
		name,
		email,
		room,
		mayResend: false,
	});
	await house.settle();
	house.engine.receive(visit, {
		type: auth,
		wantsSession: false,
		code: house.mailer.codeFor(email),
	});
	house.engine.receive(visit, { type: text, text: "STOP" });
	await house.settle();
	expect(ann.lines.slice(-2)).toEqual([
		"teletype: entered chat",
		"teletype: STOP",
	]);
	ann.say("hello, machine");
	await house.settle();
	expect(heard.at(-1)).toMatchObject({ kind: "said", text: "hello, machine" });
	house.engine.disconnect(visit, "closed");
	await house.settle();
	expect(ann.lines.at(-1)).toBe("teletype: left chat");
});

test("the bot is a Client like any other, and hears the room", async () => {
	const house = await House.open();
	const ann = await house.enter("ann");
	const bot = ann.received.filter(({ user }) => user?.name === "plumebot");
	expect(bot).toHaveLength(2);
	const bob = await house.enter("bob");
	const toAnn = ann.received.filter(({ user }) => user?.name === "plumebot");
	expect(toAnn).toHaveLength(2);
	expect(bob.received.some(({ text }) => text?.includes("bob@"))).toBe(true);
});
