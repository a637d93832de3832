/** What a room is about: who may say it, who sees it, and how its words go. */

import { beforeEach, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { Archive } from "../src/history/archive.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { ask, into } from "./moderating.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "./private-rooms.ts";
import { relates, serverOn, textOn } from "./relations.ts";
import type { Person, TestServer } from "./test-server.ts";

const environment = { PLUME_ADMINS: "root@example.org", PLUME_LIMITS: "off" };

let disk: FakeDisk;
let clock: FakeClock;
let plume: TestServer;
let ann: Person;
let bob: Person;
beforeEach(async () => {
	[disk, clock] = [new FakeDisk(), new FakeClock()];
	plume = await serverOn(disk, clock, environment);
	ann = await into(plume, await plume.enter("ann", "plume.2"), "boats");
	bob = await into(plume, await plume.enter("bob", "plume.2"), "boats");
});

const sets = (person: Person, text: string, room: unknown = "boats") =>
	asks(plume, person, "topic", { room, text });

/** The topic that a welcome names to someone who comes in anew. */
async function welcomed(person: Person, room = "boats") {
	await into(plume, person, "lobby");
	await into(plume, person, room);
	return person.last(types.welcome)?.topic;
}

test("the maker of a room sets its topic, which all there see at once and others when they come in", async () => {
	expect(await sets(ann, "Sails,\nand oars ")).toMatchObject({ kind: "done" });
	const topic = bob.items.at(-1) ?? bob.memory;
	expect(topic).toMatchObject({
		...{ type: types.system, kind: "topic", user: { name: "ann" } },
		text: "Sails, and oars",
	});
	const { offset } = topic;
	expect(await welcomed(bob)).toEqual({ text: "Sails, and oars", offset });
});

test("the last topic counts, and an empty one is none", async () => {
	await sets(ann, "Sails");
	await sets(ann, "Oars");
	expect(await welcomed(bob)).toMatchObject({ text: "Oars" });
	await sets(ann, " ");
	expect(bob.items.at(-1)).toMatchObject({ kind: "topic", text: "" });
	expect(await welcomed(bob)).toBeUndefined();
});

test("a topic outlives a restart, as it outlives the room's memory", async () => {
	await sets(ann, "Sails");
	const { session } = bob.memory;
	plume = await serverOn(disk, clock, environment);
	const again = plume.connect("plume.2");
	again.open({ session, room: "boats" });
	await plume.settle();
	expect(again.last(types.welcome)).toMatchObject({ topic: { text: "Sails" } });
});

test("a topic is read from the log once for all who come back after a restart", async () => {
	await sets(ann, "Sails");
	const sessions = [ann, bob].map(({ memory }) => memory.session);
	plume = await serverOn(disk, clock, environment);
	const find = vi.spyOn(Archive.prototype, "find");
	const back = sessions.map((session) => {
		const again = plume.connect("plume.2");
		again.open({ session, room: "boats" });
		return again;
	});
	await plume.settle();
	for (const again of back)
		expect(again.last(types.welcome)).toMatchObject({
			topic: { text: "Sails" },
		});
	expect(find).toHaveBeenCalledTimes(1);
	find.mockRestore();
});

test("a topic has at most 200 characters", async () => {
	expect(await sets(ann, "⛵".repeat(200))).toMatchObject({ kind: "done" });
	for (const text of ["x".repeat(201), "⛵".repeat(1000)])
		expect(await sets(ann, text)).toMatchObject({ code: "topicIsLegal" });
});

test("only the maker of a public room and admins set its topic", async () => {
	const root = await into(plume, await plume.enter("root", "plume.2"), "boats");
	expect(await sets(bob, "Mine")).toMatchObject({ code: "isModerator" });
	expect(await sets(root, "Boats")).toMatchObject({ kind: "done" });
	await into(plume, ann, "lobby");
	expect(await sets(ann, "Ours", "lobby")).toMatchObject({
		code: "isModerator",
	});
});

test("a maker who is muted, or not in the room, sets no topic", async () => {
	const root = await into(plume, await plume.enter("root", "plume.2"), "boats");
	await ask(plume, root, "mute ann 1h");
	expect(await sets(ann, "Words")).toMatchObject({ code: "isNotMuted" });
	await into(plume, ann, "lobby");
	expect(await sets(ann, "Words")).toMatchObject({ code: "isInside" });
});

test("only the owner of a private room sets its topic, and nobody that of a talk", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	for (const one of [ann, bob]) await entersRoom(plume, one, room);
	expect(await sets(bob, "Ours", room)).toMatchObject({ code: "isOwner" });
	expect(await sets(ann, "Hills", room)).toMatchObject({ kind: "done" });
	expect(await welcomed(bob, room)).toMatchObject({ text: "Hills" });
	await asks(plume, ann, "close", { room });
	expect(await sets(ann, "Sea", room)).toMatchObject({ code: "isNotClosed" });
	const talk = await asks(plume, ann, "direct", { names: ["bob"] });
	await entersRoom(plume, ann, `${talk.room}`);
	expect(await sets(ann, "Us", talk.room)).toMatchObject({ code: "isOwner" });
});

test("a person who deletes all they said deletes their topics, shown or replaced", async () => {
	await sets(ann, "Sails");
	await sets(ann, "Oars");
	for (const text of ["Sails", "Oars"]) expect(textOn(disk)).toContain(text);
	ann.eraseAll();
	await plume.until(() => ann.closed !== undefined);
	const gone = bob.items.filter(({ kind }) => kind === "erased");
	expect(gone.map(({ target }) => target)).toEqual(
		bob.items.filter(({ kind }) => kind === "topic").map((one) => one.offset),
	);
	for (const text of ["Sails", "Oars"])
		expect(textOn(disk)).not.toContain(text);
	expect(await welcomed(bob)).toBeUndefined();
});

test("an erasure of all that stands before and after a topic leaves it", async () => {
	bob.say("one");
	await sets(ann, "Sails");
	bob.say("two");
	await plume.settle();
	bob.eraseAll();
	await plume.until(() => bob.closed !== undefined);
	expect(textOn(disk)).not.toContain('"two"');
	expect(await welcomed(ann)).toMatchObject({ text: "Sails" });
});

test("a topic that was replaced is as old as anything that was said, the present one is kept", async () => {
	[disk, clock] = [new FakeDisk(), new FakeClock()];
	plume = await serverOn(disk, clock, { PLUME_RETENTION: "12h" });
	ann = await into(plume, await plume.enter("ann", "plume.2"), "boats");
	await sets(ann, "Sails");
	await sets(ann, "Oars");
	for (let hour = 0; hour < 15; hour++) {
		clock.advance(3_600_000);
		await plume.settle();
	}
	expect(textOn(disk)).not.toContain("Sails");
	const later = await into(plume, await plume.enter("ann", "plume.2"), "boats");
	expect(later.last(types.welcome)).toMatchObject({ topic: { text: "Oars" } });
});

test("nothing can be said of a topic", async () => {
	await sets(ann, "Sails");
	const topic = bob.items.at(-1) ?? {};
	for (const kind of ["edit", "react", "pin"])
		expect(await relates(plume, ann, kind, topic, "👍")).toMatchObject({
			code: "placeIsKnown",
		});
});

test("a classic client hears nothing of a topic", async () => {
	const old = await plume.enter("old");
	await into(plume, await plume.enter("root", "plume.2"), "lobby");
	const root = plume.people.at(-1);
	const before = old.received.length;
	if (root) await sets(root, "All", "lobby");
	expect(old.received.slice(before)).toEqual([]);
});
