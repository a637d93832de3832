/** What a viewer is shown of the machines, and what never. */
import { expect, test } from "vitest";
import type { Moment } from "../../machines/frame.ts";
import { TestServer } from "../test-server.ts";

/** Records all that a viewer is shown. */
function watch(plume: TestServer) {
	const moments: Moment[] = [];
	const leave = plume.inspector.watch((moment) => moments.push(moment));
	const frames = () => moments.flatMap(({ frames }) => frames);
	const fired = () =>
		frames().flatMap((frame) =>
			frame.type === "step" ? frame.transitions : [],
		);
	return { moments, leave, frames, fired };
}

test("a wrong code, the right one and the room are seen as the transitions they are", async () => {
	const plume = await TestServer.open();
	const ann = plume.connect("plume.2");
	const { fired, frames } = watch(plume);
	ann.hello("ann", "ann@example.org");
	await plume.settle();
	ann.auth("WRONG0");
	await plume.settle();
	ann.auth(plume.mailer.codeFor("ann@example.org"));
	await plume.settle();
	ann.say("hello", 1);
	await plume.settle();
	expect(fired()).toEqual([
		"client.anonymous/login.requested/0",
		"client.awaitingCode/login.failed/1",
		"server.running/session.opened/0",
		"server.running/login.succeeded/0",
		"client.awaitingCode/login.succeeded/0",
		"room.closed/room.opened/0",
		"room.open/client.entered/0",
		"client.entering/client.entered/0",
		"room.open/message.posted/0",
	]);
	expect(frames()).toContainEqual({
		...{ type: "step", actor: ann.memory.client, event: "client.entered" },
		transitions: ["client.entering/client.entered/0"],
		state: { inRoom: "attached" },
		node: expect.any(String),
	});
});

test("who comes late first gets every actor, as it stands", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	await plume.enter("bob", "plume.2");
	ann.hangUp();
	await plume.settle();
	const { moments } = watch(plume);
	expect(moments).toHaveLength(1);
	expect(moments[0]?.frames.map((frame) => ({ ...frame, actor: "" }))).toEqual([
		{ type: "actor", actor: "", machine: "server", state: "running" },
		{ type: "actor", actor: "", machine: "room", state: "open" },
		...["detached", "attached"].map((inRoom) => ({
			...{ type: "actor", actor: "", machine: "client" },
			...{ state: { inRoom }, node: expect.any(String) },
		})),
	]);
});

test("a viewer who has left is shown nothing more, and another may come", async () => {
	const plume = await TestServer.open();
	const [one, two] = [watch(plume), watch(plume)];
	one.leave();
	one.leave();
	await plume.enter("ann", "plume.2");
	two.leave();
	const seen = two.moments.length;
	await plume.enter("bob", "plume.2");
	expect(one.moments).toHaveLength(1);
	expect(two.moments).toHaveLength(seen);
	expect(watch(plume).frames()).toHaveLength(4);
});

test("no name, email, room, code, token or text is in any frame", async () => {
	const plume = await TestServer.open();
	const early = watch(plume);
	const ann = plume.connect("plume.2");
	ann.hello("canaryann", "canary.mail@example.org", "canaryroom");
	await plume.settle();
	const code = plume.mailer.codeFor("canary.mail@example.org");
	ann.auth(code);
	await plume.settle();
	ann.say("canary text", 1, "canaryroom");
	const { session } = ann.memory;
	ann.hangUp();
	await plume.settle();
	const again = plume.connect("plume.2");
	again.open(ann.memory);
	await plume.settle();
	const late = watch(plume);
	again.logOut(true);
	await plume.settle();
	expect(late.frames().some(({ type }) => type === "gone")).toBe(true);
	const shown = JSON.stringify([early.moments, late.moments]);
	expect(typeof session).toBe("string");
	expect(shown).not.toMatch(/canary/i);
	for (const secret of [code, String(session)])
		expect(shown).not.toContain(secret);
});
