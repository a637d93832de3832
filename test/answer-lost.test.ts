/** The right code, and the connection is lost before its answer. */

import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { TestServer } from "./test-server.ts";

async function answerLost() {
	const plume = await TestServer.open();
	const ann = plume.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await plume.settle();
	const pending = ann.last(types.pending)?.pending;
	const code = plume.mailer.codeFor("ann@example.org");
	ann.auth(code);
	await plume.settle();
	const lost = ann.memory;
	ann.hangUp();
	await plume.settle();
	const opens = async () => {
		const back = plume.connect("plume.2");
		back.open({ pending });
		await plume.settle();
		return back;
	};
	return { plume, ann, lost, opens };
}

test("the pending id alone lets a client in, with a session of its own", async () => {
	const { plume, lost, opens } = await answerLost();
	const back = await opens();
	const received = back.received.map(({ type }) => type);
	expect(received.slice(0, 3)).toEqual([
		types.authAck,
		types.session,
		types.welcome,
	]);
	expect(back.memory.session).not.toBe(lost.session);
	back.say("here", 1);
	await plume.settle();
	expect(back.lines).toContain("ann: here");
	const again = plume.connect("plume.2");
	again.open(back.memory);
	await plume.settle();
	expect(again.last(types.welcome)?.client).toBe(back.memory.client);
	const old = plume.connect("plume.2");
	old.open({ session: lost.session });
	await plume.settle();
	expect(old.last(types.refused)?.code).toBe("sessionIsOpen");
});

test("only once", async () => {
	const { opens } = await answerLost();
	await opens();
	expect((await opens()).last(types.refused)?.code).toBe("loginIsPending");
});

test("not after the code's time", async () => {
	const { plume, opens } = await answerLost();
	plume.clock.advance(10 * 60_000);
	expect((await opens()).last(types.refused)?.code).toBe("loginIsPending");
});

test("not if the client came back by its session", async () => {
	const { plume, lost, opens } = await answerLost();
	plume.connect("plume.2").open(lost);
	await plume.settle();
	expect((await opens()).last(types.refused)?.code).toBe("loginIsPending");
});
