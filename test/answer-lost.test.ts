/** The right code, and the connection is lost before its answer. */
import { expect, test } from "vitest";
import { House } from "./house.ts";

const [AUTH_ACK, WELCOME, SESSION, PENDING, REFUSED] = [3, 7, 8, 9, 11];

async function answerLost() {
	const house = await House.open();
	const ann = house.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await house.settle();
	const pending = ann.last(PENDING)?.pending;
	const code = house.mailer.codeFor("ann@example.org");
	ann.auth(code);
	await house.settle();
	const lost = ann.memory;
	ann.hangUp();
	await house.settle();
	const opens = async () => {
		const back = house.connect("plume.2");
		back.open({ pending });
		await house.settle();
		return back;
	};
	return { house, ann, lost, opens };
}

test("whoever has the pending id is in, with a session of their own", async () => {
	const { house, lost, opens } = await answerLost();
	const back = await opens();
	const types = back.received.map(({ type }) => type);
	expect(types.slice(0, 3)).toEqual([AUTH_ACK, SESSION, WELCOME]);
	expect(back.memory.session).not.toBe(lost.session);
	back.say("here", 1);
	await house.settle();
	expect(back.lines).toContain("ann: here");
	const again = house.connect("plume.2");
	again.open(back.memory);
	await house.settle();
	expect(again.last(WELCOME)?.client).toBe(back.memory.client);
	const old = house.connect("plume.2");
	old.open({ session: lost.session });
	await house.settle();
	expect(old.last(REFUSED)?.code).toBe("sessionIsOpen");
});

test("only once", async () => {
	const { opens } = await answerLost();
	await opens();
	expect((await opens()).last(REFUSED)?.code).toBe("loginIsPending");
});

test("not after the code's time", async () => {
	const { house, opens } = await answerLost();
	house.clock.advance(10 * 60_000);
	expect((await opens()).last(REFUSED)?.code).toBe("loginIsPending");
});

test("not if the client came back by its session", async () => {
	const { house, lost, opens } = await answerLost();
	house.connect("plume.2").open(lost);
	await house.settle();
	expect((await opens()).last(REFUSED)?.code).toBe("loginIsPending");
});
