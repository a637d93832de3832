/** A Client that no WebSocket carries: anything with an `onMessage` can join a Room. */
import { expect, test } from "vitest";
import type { ServerMessage } from "../src/chat/server-message.ts";
import { TestServer } from "./test-server.ts";

test("someone on a terminal talks with someone in a browser through one engine", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann");
	const received: ServerMessage[] = [];
	const connection = plume.engine.connect(["a terminal"], {
		onMessage: ({ messages }) => received.push(...messages),
		onEnd: () => {},
		whenDrained: setImmediate,
	});
	const [name, email] = ["teletype", "tty@example.org"];
	const room = "lobby";
	plume.engine.receive(connection, {
		kind: "hello",
		name,
		email,
		room,
		mayResend: false,
	});
	await plume.settle();
	plume.engine.receive(connection, {
		kind: "auth",
		wantsSession: false,
		code: plume.mailer.codeFor(email),
	});
	plume.engine.receive(connection, { kind: "text", text: "STOP" });
	await plume.settle();
	expect(ann.lines.slice(-2)).toEqual([
		"teletype: entered chat",
		"teletype: STOP",
	]);
	ann.say("hello, machine");
	await plume.settle();
	expect(received.at(-1)).toMatchObject({
		kind: "said",
		text: "hello, machine",
	});
	plume.engine.disconnect(connection, "closed");
	await plume.settle();
	expect(ann.lines.at(-1)).toBe("teletype: left chat");
});

test("the bot is a Client like any other: it hears the room", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann");
	const bot = ann.received.filter(({ user }) => user?.name === "plumebot");
	expect(bot).toHaveLength(2);
	const bob = await plume.enter("bob");
	const toAnn = ann.received.filter(({ user }) => user?.name === "plumebot");
	expect(toAnn).toHaveLength(2);
	expect(bob.received.some(({ text }) => text?.includes("bob@"))).toBe(true);
});
