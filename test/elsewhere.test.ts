/** Who is away from a room, and looks at another public one just now, is shown there. Of any other room nobody learns. */

import { beforeEach, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "./private-rooms.ts";
import { type Person, TestServer } from "./test-server.ts";

let plume: TestServer;
let ann: Person;
let bob: Person;
beforeEach(async () => {
	plume = await TestServer.open();
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	await pass(2000);
});

/** Time goes by in steps, since what one timer does may be durable only a moment later. */
async function pass(ms: number) {
	for (let rest = ms; rest > 0; rest -= 500) {
		await plume.settle();
		plume.clock.advance(Math.min(rest, 500));
	}
	await plume.settle();
}

async function goesTo(person: Person, room: unknown) {
	await entersRoom(plume, person, `${room}`);
	await pass(1500);
}

/** What someone sees of another now. */
function seen(by: Person, name = "bob") {
	const [one] = by.received
		.filter(({ kind }) => kind === "members" || kind === "presence")
		.flatMap(({ members }) => members as Record<string, unknown>[])
		.filter((member) => member.name === name)
		.slice(-1);
	return { away: one?.away, in: one?.in };
}

/** Another tab of a person, in a room. */
async function tabIn(person: Person, room: unknown) {
	const tab = plume.connect("plume.2");
	const { session } = person.memory;
	tab.open({ session, room });
	await pass(1500);
	return tab;
}

test("who goes on to a public room is shown in it, and is here again when they are back", async () => {
	const { client } = bob.memory;
	await goesTo(bob, "boats");
	expect(seen(ann)).toEqual({ away: true, in: "boats" });
	await goesTo(bob, "cats");
	expect(seen(ann)).toEqual({ away: true, in: "cats" });
	bob.open({ ...bob.memory, room: "lobby", client });
	await pass(1500);
	expect(seen(ann)).toEqual({ away: false, in: undefined });
});

test("a newcomer's list has it", async () => {
	await goesTo(bob, "boats");
	expect(seen(await tabIn(ann, "lobby"))).toEqual({ away: true, in: "boats" });
});

test("a tab that nobody looks at is in no room", async () => {
	const tab = await tabIn(bob, "boats");
	bob.publish("presence", { away: true });
	await pass(1500);
	expect(seen(ann)).toEqual({ away: true, in: "boats" });
	tab.publish("presence", { away: true });
	await pass(1500);
	expect(seen(ann)).toEqual({ away: true, in: undefined });
	tab.publish("presence", { away: false });
	await pass(1500);
	expect(seen(ann)).toEqual({ away: true, in: "boats" });
	tab.hangUp();
	await pass(1500);
	expect(seen(ann)).toEqual({ away: true, in: undefined });
});

test("who is in this room in another tab is nowhere else", async () => {
	const tab = await tabIn(bob, "lobby");
	tab.publish("presence", { away: true });
	await pass(1500);
	expect(seen(ann)).toEqual({ away: true, in: undefined });
});

test("nobody learns who is in a private room, or talks directly", async () => {
	const cleo = await plume.enter("cleo", "plume.2");
	const room = await makesRoom(plume, bob, "Trip");
	const talk = await asks(plume, bob, "direct", { names: ["cleo"] });
	await goesTo(bob, "boats");
	for (const hidden of [room, talk.room]) {
		await goesTo(bob, hidden);
		expect(seen(ann)).toEqual({ away: true, in: undefined });
		bob.publish("presence", { away: true });
		await pass(1500);
		expect(JSON.stringify(ann.received)).not.toContain(`${hidden}`);
		await goesTo(bob, "boats");
	}
	expect(JSON.stringify(cleo.received)).not.toContain(room);
});

test("members of a private room see who is in a public one", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	for (const one of [ann, bob]) await goesTo(one, room);
	await goesTo(bob, "boats");
	expect(seen(ann)).toEqual({ away: true, in: "boats" });
	expect(ann.last(types.welcome)).toMatchObject({ room });
});
