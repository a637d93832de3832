/** Who owns a private room once its owner is gone, and how a room ends that nobody can enter. */

import { beforeEach, expect, test, vi } from "vitest";
import { LOBBY, MessageType as types } from "../machines/message.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { answers, ask } from "./moderating.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "./private-rooms.ts";
import { serverOn } from "./relations.ts";
import { type Person, TestServer } from "./test-server.ts";

let plume: TestServer;
let ann: Person;
let bob: Person;
let cleo: Person;

async function opens(environment = {}) {
	plume = await TestServer.open({ environment });
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	cleo = await plume.enter("cleo", "plume.2");
}

beforeEach(() => opens());

/** A room of ann's, of which bob and then cleo are members. */
async function threeIn() {
	const room = await makesRoom(plume, ann, "Trip");
	for (const one of [bob, cleo]) {
		await invitedInto(plume, room, ann, one);
		plume.clock.advance(1000);
	}
	return room;
}

async function ownerOf(room: string, member: Person) {
	const { rooms } = await asks(plume, member, "list");
	const own = rooms as readonly { room: string; owner?: string }[];
	return own.find((one) => one.room === room)?.owner;
}

test("a room is gone together with its last member", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await entersRoom(plume, ann, room);
	ann.say("nobody here");
	await plume.settle();
	const second = await plume.enter("ann", "plume.2");
	await entersRoom(plume, second, room);
	ann.raw(JSON.stringify({ type: types.rooms, kind: "remove", room }));
	await plume.settle();
	expect([...plume.state.rooms.keys()]).toEqual(["lobby"]);
	expect(second.closed).toBeDefined();
});

test("rooms that were left take no room from others", async () => {
	await opens({ PLUME_LIMIT_PRIVATE_ROOMS: "2", PLUME_LIMIT_ROOMS: "1" });
	for (let i = 0; i < 5; i++) {
		const room = await makesRoom(plume, ann, `room ${i}`);
		await asks(plume, ann, "remove", { room });
	}
	expect(await asks(plume, bob, "make", { title: "His" })).toMatchObject({
		kind: "ready",
	});
});

test("a room does not go to a member who is banned", async () => {
	const room = await threeIn();
	await plume.operate("ban", "bob");
	await asks(plume, ann, "remove", { room });
	expect(await ownerOf(room, cleo)).toBe("cleo");
});

test("a room of someone who is banned for good is another member's", async () => {
	const room = await threeIn();
	await plume.operate("ban", "ann", "1d");
	expect(await ownerOf(room, bob)).toBe("ann");
	await plume.operate("ban", "ann");
	expect(await ownerOf(room, bob)).toBe("bob");
});

/** What the operator calls a room that a member reported a line of. */
async function reported(member: Person) {
	const { offset } = member.items.at(-1) ?? member.memory;
	await ask(plume, member, `report ${offset} abuse`);
	const [report = ""] = await plume.operate("reports");
	return `~${report.split(" ")[0]}`;
}

test("who owns a room now is told there, whether it was handed over or its owner left", async () => {
	const room = await threeIn();
	for (const one of [ann, bob, cleo]) await entersRoom(plume, one, room);
	const isTold = (one: Person) =>
		answers(one).some((text) => text?.startsWith("This room is yours now"));
	await asks(plume, ann, "handOver", { room, name: "bob" });
	await plume.settle();
	expect([ann, bob, cleo].map(isTold)).toEqual([false, true, false]);
	await asks(plume, bob, "handOver", { room, name: "bob" });
	await plume.settle();
	expect(answers(bob).filter((text) => text?.startsWith("This room"))).toEqual([
		expect.stringContaining("yours now"),
	]);
	await entersRoom(plume, bob, LOBBY);
	await asks(plume, bob, "remove", { room });
	await plume.settle();
	expect(isTold(ann)).toBe(true);
});

test("a new owner who is in another room is told which room is theirs", async () => {
	const room = await threeIn();
	for (const one of [ann, cleo]) await entersRoom(plume, one, room);
	await asks(plume, ann, "handOver", { room, name: "bob" });
	await plume.settle();
	const isTold = expect.stringContaining("The room “Trip” is yours now");
	expect(answers(bob)).toContainEqual(isTold);
	expect(answers(cleo)).not.toContainEqual(isTold);
});

test("nobody is told that a closed room is theirs", async () => {
	const room = await threeIn();
	await asks(plume, ann, "close", { room });
	await asks(plume, ann, "remove", { room });
	await plume.settle();
	expect(await ownerOf(room, bob)).toBe("bob");
	expect(answers(bob).join()).not.toContain("yours now");
});

test("an owner may undo what the owner before them did, and nothing of an operator's", async () => {
	const room = await threeIn();
	for (const one of [ann, bob, cleo]) await entersRoom(plume, one, room);
	await ask(plume, ann, "mute cleo");
	await asks(plume, ann, "handOver", { room, name: "bob" });
	expect(await ask(plume, bob, "unmute cleo")).toContain("may speak");
	cleo.say("at last", 1);
	await plume.settle();
	await plume.operate("mute", await reported(bob), "cleo");
	expect(await ask(plume, bob, "unmute cleo")).toContain("An admin did that");
});

test("an admin who undoes a mute of the operator's is not told that there is none", async () => {
	await opens({ PLUME_ADMINS: "cleo@example.org" });
	const room = await threeIn();
	for (const one of [ann, bob]) await entersRoom(plume, one, room);
	ann.say("bad words", 1);
	await plume.settle();
	const called = await reported(bob);
	await plume.operate("mute", called, "ann");
	await plume.operate("dismiss", called.slice(1));
	const { sessions } = plume.state.server.context;
	const admin = [...sessions.values()].find(({ name }) => name === "cleo");
	const { identity = "" } = admin ?? {};
	const by = { identity, person: identity, role: "admin" } as const;
	const undone = plume.operator.ask("unmute", [called, "ann"], by);
	await expect(undone).rejects.toThrow("no mute of ann by you holds");
});

test("what was reported stays for the operator when all have left, until the report is closed", async () => {
	const room = await threeIn();
	await asks(plume, cleo, "remove", { room });
	for (const one of [ann, bob]) await entersRoom(plume, one, room);
	ann.say("bad words", 1);
	await plume.settle();
	const called = await reported(bob);
	for (const one of [bob, ann])
		one.raw(JSON.stringify({ type: types.rooms, kind: "remove", room }));
	await plume.passes(2 * 3_600_000);
	expect((await plume.operate("reports")).join()).toContain("bad words");
	const says = await plume.operate("mute", called, "ann");
	expect(says.join()).toContain("may say nothing");
	await plume.operate("dismiss", called.slice(1));
	await plume.passes(2 * 3_600_000);
	expect([...plume.state.rooms.keys()]).toEqual(["lobby"]);
});

test("a reported room that is gone is no room any more", async () => {
	const room = await threeIn();
	for (const one of [ann, bob]) await entersRoom(plume, one, room);
	ann.say("bad words", 1);
	await plume.settle();
	const called = await reported(bob);
	for (const one of [ann, bob, cleo])
		one.raw(JSON.stringify({ type: types.rooms, kind: "remove", room }));
	await plume.passes(31 * 24 * 3_600_000);
	expect(plume.state.rooms.has(room)).toBe(false);
	for (const act of ["mute", "kick"] as const)
		await expect(plume.operate(act, called, "ann")).rejects.toThrow("no room");
	expect((await plume.enter("ann", "plume.2")).isIn).toBe(true);
});

test("an owner hears nothing of how many rooms those own who are no members", async () => {
	await opens({ PLUME_LIMIT_PRIVATE_ROOMS_MADE: "1" });
	await makesRoom(plume, bob, "His");
	const room = await makesRoom(plume, ann, "Trip");
	expect(
		await asks(plume, ann, "handOver", { room, name: "bob" }),
	).toMatchObject({ code: "isMember" });
});

test("an owner who is muted gives no title and no topic, under whichever +tag", async () => {
	await opens();
	ann = await plume.enter("anna", "plume.2", "ann+1@example.org");
	const room = await threeIn();
	for (const one of [ann, bob]) await entersRoom(plume, one, room);
	ann.say("bad words", 1);
	await plume.settle();
	await plume.operate("mute", await reported(bob), "anna");
	for (const [kind, fields] of [
		["title", { title: "Words" }],
		["topic", { text: "Words" }],
	] as const)
		expect(await asks(plume, ann, kind, { room, ...fields })).toMatchObject({
			code: "isNotMuted",
		});
});

test("someone is invited again whose invitation is over", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	// The hourly look has just been.
	plume.clock.advance(30 * 60_000);
	await plume.settle();
	const first = await asks(plume, ann, "invite", { room, name: "bob" });
	await plume.passes(7 * 24 * 3_600_000 + 60_000);
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	expect(plume.state.server.context.invitations?.size).toBe(1);
	expect((await asks(plume, bob, "list")).rooms).toEqual([]);
	const again = await asks(plume, ann, "invite", { room, name: "bob" });
	expect(again.invitation).not.toBe(first.invitation);
	const { invitation } = again;
	expect(await asks(plume, bob, "join", { invitation })).toMatchObject({
		kind: "ready",
	});
});

test("who is blocked has invited nobody who blocked them", async () => {
	const room = await makesRoom(plume, ann, "Insult");
	await asks(plume, ann, "invite", { room, name: "bob" });
	await ask(plume, bob, "block ann");
	expect((await asks(plume, bob, "list")).rooms).toEqual([]);
});

test("a title that can't be read takes no other room off the list", async () => {
	const clock = new FakeClock();
	const disk = new FakeDisk();
	plume = await serverOn(disk, clock);
	ann = await plume.enter("ann", "plume.2");
	for (const title of ["Trip", "Cook"]) await makesRoom(plume, ann, title);
	plume = await serverOn(disk, clock);
	ann = await plume.enter("ann", "plume.2");
	const find = plume.archive.find.bind(plume.archive);
	let asked = 0;
	vi.spyOn(plume.archive, "find").mockImplementation((at) =>
		asked++ === 0 ? Promise.reject(new Error("EIO")) : find(at),
	);
	const { rooms } = await asks(plume, ann, "list");
	expect(rooms).toMatchObject([{ title: "" }, { title: "Cook" }]);
});
