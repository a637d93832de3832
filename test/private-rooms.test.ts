/** Rooms that are not for all: who may enter, what others see of them, and how they end. */

import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { loadChecked, saveChecked } from "../src/log/cache.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "./private-rooms.ts";
import { lineOf, serverOn } from "./relations.ts";
import { type Person, TestServer } from "./test-server.ts";

let plume: TestServer;
let ann: Person;
let bob: Person;
let cleo: Person;
beforeEach(async () => {
	plume = await TestServer.open();
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	cleo = await plume.enter("cleo", "plume.2");
});

/** What its own rooms look like to someone. */
async function ownRooms(person: Person) {
	const answer = await asks(plume, person, "list");
	return answer.rooms as readonly Record<string, unknown>[];
}

/** The next calls of a method wait until the answer is called. */
function waitsIn<Method extends string>(
	of: Record<Method, (...args: never[]) => Promise<unknown>>,
	method: Method,
): () => void {
	const call = of[method].bind(of);
	let goOn = () => {};
	const until = new Promise<void>((resolve) => {
		goOn = resolve;
	});
	of[method] = async (...args) => {
		await until;
		return call(...args);
	};
	return goOn;
}

test("a private room has a key that tells nothing, and a title that members read", async () => {
	const room = await makesRoom(plume, ann, "Birthday for Bob");
	expect(room).toMatch(/^~[\w-]{22}$/);
	expect(await ownRooms(ann)).toEqual([
		{
			...{ room, access: "private", title: "Birthday for Bob" },
			...{ names: [], owner: "ann", mine: true },
		},
	]);
	expect(await ownRooms(bob)).toEqual([]);
	await entersRoom(plume, ann, room);
	expect(ann.last(types.welcome)).toMatchObject({ room, access: "private" });
	expect(ann.items).toContainEqual(
		expect.objectContaining({ kind: "titled", text: "Birthday for Bob" }),
	);
});

test("a room that one may not enter gives the same bytes as one that does not exist", async () => {
	const room = await makesRoom(plume, ann, "Birthday for Bob");
	await entersRoom(plume, ann, room);
	const { epoch } = ann.memory;
	const nowhere = `~${"x".repeat(22)}`;
	let reads = 0;
	for (const read of ["page", "after", "find"] as const)
		vi.spyOn(plume.archive, read).mockImplementation(async () => {
			reads++;
			return undefined as never;
		});
	async function answersAbout(key: string) {
		const { session, ...memory } = bob.memory;
		await plume.passes(10_000);
		bob.news();
		bob.open({ ...memory, session, room: key });
		bob.askHistory({ room: key, epoch, before: 2, id: "h" });
		bob.erase({ room: key, epoch, target: 1, id: "e" });
		for (const kind of ["edit", "react", "pin"]) {
			const about = { room: key, epoch, target: 1, text: "👍", id: "m" };
			bob.raw(JSON.stringify({ type: types.relation, kind, ...about }));
		}
		bob.publish("heads", { rooms: [key], id: "u" });
		for (const kind of ["invitations", "remove", "close", "title"])
			await asks(plume, bob, kind, { room: key, title: "x" });
		await asks(plume, bob, "topic", { room: key, text: "x" });
		await asks(plume, bob, "invite", { room: key });
		await asks(plume, bob, "handOver", { room: key, name: "bob" });
		const answers = JSON.stringify(bob.news()).replaceAll(key, "KEY");
		return answers.replace(/"rooms\d+"/g, "ID");
	}
	const there = await answersAbout(room);
	expect(there).toBe(await answersAbout(nowhere));
	expect(there).toContain("isOpenToThem");
	expect(reads).toBe(0);
});

test("a login that leads to a private room ends in the lobby for anyone who is no member", async () => {
	const room = await makesRoom(plume, ann, "Secret");
	for (const key of [room, `~${"x".repeat(22)}`]) {
		const dora = plume.connect("plume.2");
		dora.hello(`dora`, `dora@example.org`, key);
		await plume.settle();
		dora.auth(plume.mailer.codeFor("dora@example.org"));
		await plume.settle();
		expect(dora.last(types.welcome)).toMatchObject({ room: "lobby" });
		expect(dora.last(types.refused)).toBeUndefined();
	}
	const again = plume.connect("plume.2");
	again.hello("ann", "ann@example.org", room);
	await plume.settle();
	again.auth(plume.mailer.codeFor("ann@example.org"));
	await plume.settle();
	expect(again.last(types.welcome)).toMatchObject({ room });
});

test("a link lets one person in, who reads what was said before", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await entersRoom(plume, ann, room);
	ann.say("tickets are bought");
	const { token } = await asks(plume, ann, "invite", { room });
	expect(token).toMatch(/^[\w-]{22}$/);
	expect(plume.state.server.context.invitations?.has(`${token}`)).toBe(false);
	expect(await asks(plume, bob, "join", { invitation: token })).toMatchObject({
		kind: "ready",
		room,
	});
	await entersRoom(plume, bob, room);
	expect(bob.lines).toContain("ann: tickets are bought");
	expect(await asks(plume, cleo, "join", { invitation: token })).toMatchObject({
		code: "invitationIsOpen",
	});
	// A member who follows the link again is in already, and uses up nothing.
	const { token: next } = await asks(plume, ann, "invite", { room });
	await asks(plume, bob, "join", { invitation: next });
	expect(await asks(plume, cleo, "join", { invitation: next })).toMatchObject({
		room,
	});
});

test("someone new logs in by a link, right into its room", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	const { token } = await asks(plume, ann, "invite", { room });
	const dora = plume.connect("plume.2");
	dora.raw(
		JSON.stringify({
			type: types.hello,
			text: "dora\ndora@example.org",
			invitation: token,
		}),
	);
	await plume.settle();
	dora.auth(plume.mailer.codeFor("dora@example.org"));
	await plume.settle();
	expect(dora.last(types.welcome)).toMatchObject({ room, access: "private" });
	expect(await ownRooms(ann)).toMatchObject([{ names: ["dora"] }]);
	dora.say("I am here");
	await entersRoom(plume, ann, room);
	expect(ann.lines).toContain("dora: I am here");
});

test("someone is invited by name, and joins or declines", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	for (const name of ["bob", "cleo"])
		await asks(plume, ann, "invite", { room, name });
	const [invited] = await ownRooms(bob);
	expect(invited).toMatchObject({ room, title: "Trip", names: ["ann"] });
	const { invitation } = invited ?? {};
	expect(await asks(plume, cleo, "join", { invitation })).toMatchObject({
		code: "invitationIsOpen",
	});
	expect(await asks(plume, bob, "join", { invitation })).toMatchObject({
		room,
	});
	const [hers] = await ownRooms(cleo);
	await asks(plume, cleo, "revoke", { invitation: hers?.invitation });
	expect(await ownRooms(cleo)).toEqual([]);
	expect(await ownRooms(ann)).toMatchObject([{ names: ["bob"] }]);
});

test("an invitation is good for seven days, unless it is taken back", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	const { token } = await asks(plume, ann, "invite", { room });
	const { token: other, invitation } = await asks(plume, ann, "invite", {
		room,
	});
	const listed = await asks(plume, ann, "invitations", { room });
	expect(listed.invitations).toHaveLength(2);
	await asks(plume, ann, "revoke", { invitation });
	expect(await asks(plume, bob, "join", { invitation: other })).toMatchObject({
		code: "invitationIsOpen",
	});
	await plume.passes(7 * 24 * 3_600_000);
	bob = await plume.enter("bob", "plume.2");
	expect(await asks(plume, bob, "join", { invitation: token })).toMatchObject({
		code: "invitationIsOpen",
	});
	expect(plume.state.server.context.invitations?.size).toBe(0);
});

test("a member who is removed gets nothing more, at once", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	await entersRoom(plume, ann, room);
	await entersRoom(plume, bob, room);
	const elsewhere = plume.connect("plume.2");
	elsewhere.open({ session: bob.memory.session });
	await plume.settle();
	elsewhere.publish("heads", { rooms: [room] });
	await plume.settle();
	const { epoch } = bob.memory;
	const read = waitsIn(plume.archive, "page");
	elsewhere.askHistory({ room, epoch, before: 2 });
	ann.news();
	ann.raw(
		JSON.stringify({ type: types.rooms, kind: "remove", room, name: "bob" }),
	);
	ann.say("now we can talk");
	await plume.settle();
	read();
	await plume.passes(5000);
	expect(bob.closed).toMatchObject({ code: 4007 });
	expect(bob.lines).not.toContain("ann: now we can talk");
	const heads = elsewhere.received.filter(({ kind }) => kind === "head");
	expect(heads).toMatchObject([{ room, said: 0 }]);
	expect(elsewhere.last(types.refused)).toMatchObject({ code: "placeIsKnown" });
	elsewhere.open({ session: bob.memory.session, room });
	await plume.settle();
	expect(elsewhere.last(types.refused)).toMatchObject({ code: "isOpenToThem" });
});

test("only the owner removes others, gives a title, hands over and closes", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob, cleo);
	for (const [kind, fields] of [
		["remove", { name: "cleo" }],
		["title", { title: "Mine" }],
		["handOver", { name: "bob" }],
		["close", {}],
	] as const)
		expect(await asks(plume, bob, kind, { room, ...fields })).toMatchObject({
			code: "isOwner",
		});
	await asks(plume, ann, "handOver", { room, name: "bob" });
	expect(await ownRooms(ann)).toMatchObject([{ owner: "bob" }]);
	expect(await asks(plume, ann, "close", { room })).toMatchObject({
		code: "isOwner",
	});
	await asks(plume, bob, "title", { room, title: "  Mine\n" });
	expect(await ownRooms(ann)).toMatchObject([{ title: "Mine" }]);
});

test("members see what another one is called now without asking again", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	await ownRooms(bob);
	await plume.passes(2000);
	bob.news();
	await plume.operate("rename", "ann", "anna");
	await plume.passes(2000);
	const list = bob.news().findLast(({ type }) => type === types.rooms);
	expect(list?.rooms).toMatchObject([{ room, names: ["anna"] }]);
});

test("when an owner leaves, the room is the longest member's", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	plume.clock.advance(1000);
	await invitedInto(plume, room, ann, cleo);
	await asks(plume, ann, "remove", { room });
	expect(await ownRooms(ann)).toEqual([]);
	expect(await ownRooms(cleo)).toMatchObject([{ owner: "bob" }]);
});

test("a closed room can be read by its members, and written in by nobody", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	await entersRoom(plume, ann, room);
	ann.say("over now");
	const { token } = await asks(plume, ann, "invite", { room });
	await asks(plume, ann, "close", { room });
	ann.say("too late", 1);
	await plume.settle();
	expect(ann.last(types.refused)).toMatchObject({ code: "isNotClosed" });
	await entersRoom(plume, bob, room);
	expect(bob.last(types.welcome)).toMatchObject({ closed: true });
	expect(bob.lines).toContain("ann: over now");
	expect(await asks(plume, cleo, "join", { invitation: token })).toMatchObject({
		code: "invitationIsOpen",
	});
	for (const person of [ann, bob]) person.hangUp();
	plume.clock.advance(400 * 24 * 3_600_000);
	await plume.settle();
	expect(plume.state.room(room)).toBeDefined();
});

test("a released name opens nothing to the next who takes it", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await plume.operate("release", "ann");
	const thief = await plume.enter("ann", "plume.2", "thief@example.org");
	expect(await ownRooms(thief)).toEqual([]);
	await entersRoom(plume, thief, room);
	expect(thief.last(types.refused)).toMatchObject({ code: "isOpenToThem" });
	const back = await plume.enter("anna", "plume.2", "ann@example.org");
	expect(await ownRooms(back)).toMatchObject([{ room, owner: "anna" }]);
});

test("who erases everything is no member, and invited nobody, any more", async () => {
	const room = await makesRoom(plume, ann, "My secret title");
	await invitedInto(plume, room, ann, bob);
	const { token } = await asks(plume, ann, "invite", { room });
	await entersRoom(plume, bob, room);
	ann.eraseAll();
	await plume.settle();
	expect(ann.closed).toMatchObject({ code: 4002 });
	expect(await asks(plume, cleo, "join", { invitation: token })).toMatchObject({
		code: "invitationIsOpen",
	});
	expect(await ownRooms(bob)).toEqual([
		{
			...{ room, access: "private", title: "" },
			names: [],
			owner: "bob",
			mine: true,
		},
	]);
	const later = await plume.enter("ann", "plume.2");
	await invitedInto(plume, room, bob, later);
	await entersRoom(plume, later, room);
	expect(JSON.stringify(later.received)).not.toContain("secret");
});

test("two who open a direct room at once get the same one", async () => {
	const [one, other] = await Promise.all([
		asks(plume, ann, "direct", { names: ["bob"] }),
		asks(plume, bob, "direct", { names: ["@ann"] }),
	]);
	expect(one.room).toBe(other.room);
	expect(one.room).toMatch(/^~/);
	const three = await asks(plume, ann, "direct", { names: ["bob", "cleo"] });
	expect(three.room).not.toBe(one.room);
	expect(await ownRooms(cleo)).toEqual([
		{ room: three.room, access: "direct", title: "", names: ["ann", "bob"] },
	]);
	const invited = { room: one.room, name: "cleo" };
	expect(await asks(plume, ann, "invite", invited)).toMatchObject({
		code: "isPrivate",
	});
});

test("nobody opens a direct room with someone who has blocked them", async () => {
	bob.say("@plumebot block ann");
	await plume.settle();
	for (const [person, name] of [
		[ann, "bob"],
		[bob, "ann"],
	] as const)
		expect(
			await asks(plume, person, "direct", { names: [name] }),
		).toMatchObject({ code: "personCanBeAsked" });
});

test("an admin learns how many rooms are private, and reads only what a member reports", async () => {
	const room = await makesRoom(plume, ann, "Canary");
	await invitedInto(plume, room, ann, bob);
	await entersRoom(plume, ann, room);
	await entersRoom(plume, bob, room);
	ann.say("a canary sings");
	await plume.settle();
	const all = async () =>
		[
			...(await plume.operate("who")),
			...(await plume.operate("rooms")),
			...(await plume.operate("status")),
			...(await plume.operate("names")),
			...(await plume.operate("reports")),
		].join("\n");
	expect(await all()).not.toMatch(/canary|~/i);
	expect(await plume.operate("rooms")).toContain("and 1 not public");
	for (const typed of [room, "~", "~x"])
		await expect(plume.operate("say", typed, "hi")).rejects.toThrow("no room");
	await expect(plume.operate("remove", room, "3")).rejects.toThrow("no room");
	const { offset } =
		bob.items.findLast(({ text }) => text === "a canary sings") ?? bob.memory;
	bob.say(`@plumebot report ${offset} abuse`);
	await plume.settle();
	const [report = ""] = await plume.operate("reports");
	expect(report).toContain("a canary sings");
	expect(report).not.toContain(room);
	const [id = ""] = report.split(" ");
	expect(await plume.operate("remove", `~${id}`, `${offset}`)).toEqual([
		"It is removed, for everyone and for good.",
	]);
});

test("private rooms take no room from public ones", async () => {
	plume = await TestServer.open({ environment: { PLUME_LIMIT_ROOMS: "2" } });
	ann = await plume.enter("ann", "plume.2");
	for (const title of ["one", "two", "three"])
		await makesRoom(plume, ann, title);
	await entersRoom(plume, ann, "cats");
	expect(ann.last(types.welcome)).toMatchObject({ room: "cats" });
});

test("a person makes twenty private rooms at most", async () => {
	for (let i = 0; i < 20; i++) {
		await makesRoom(plume, ann, `room ${i}`);
		plume.clock.advance(1000);
	}
	expect(await asks(plume, ann, "make", { title: "another" })).toMatchObject({
		code: "privateRoomsAreLeft",
	});
});

test("a title is one short line", async () => {
	for (const title of ["", " \n ", "x".repeat(65), "\ud800", "x".repeat(9999)])
		expect(await asks(plume, ann, "make", { title })).toMatchObject({
			code: "titleIsLegal",
		});
});

test.each(["make", "title", "invite"])(
	"no room is made or changed (%s) by someone whose words are all being erased",
	async (kind) => {
		const room = await makesRoom(plume, ann, "Trip");
		ann.say("one line", 1);
		await plume.settle();
		const overwrite = waitsIn(plume.log.segments, "erase");
		ann.eraseAll();
		const fields = { kind, room, title: "too late" };
		ann.raw(JSON.stringify({ type: types.rooms, ...fields }));
		await plume.settle();
		overwrite();
		await plume.settle();
		expect(ann.last(types.refused)).toMatchObject({ code: "isNotErasing" });
		expect(ann.closed).toMatchObject({ code: 4002 });
	},
);

test("someone with two names, and a tab under a tag, is gone once", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	const again = await plume.enter("anna", "plume.2", "ann@example.org");
	const tagged = await plume.enter("annt", "plume.2", "ann+tag@example.org");
	await asks(plume, ann, "direct", { names: ["bob"] });
	await asks(plume, ann, "invite", { room });
	ann.say("@plumebot block cleo");
	await entersRoom(plume, tagged, room);
	expect(tagged.last(types.welcome)).toMatchObject({ room });
	again.eraseAll();
	await plume.settle();
	expect(plume.fatal).toBeUndefined();
	expect([ann.closed?.code, again.closed?.code]).toEqual([4002, 4002]);
	expect(tagged.closed).toMatchObject({ code: 4007 });
	const { invitations, blocks } = plume.state.server.context;
	expect([
		invitations?.size,
		blocks?.toArray().flatMap(([, all]) => all),
	]).toEqual([0, []]);
});

test("a person opens so many direct rooms, and is kept from none by those of others", async () => {
	plume = await TestServer.open({
		environment: { PLUME_LIMIT_DIRECT_ROOMS: "1" },
	});
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	cleo = await plume.enter("cleo", "plume.2");
	await asks(plume, ann, "direct", { names: ["bob"] });
	expect(await asks(plume, ann, "direct", { names: ["cleo"] })).toMatchObject({
		code: "directRoomsAreLeft",
	});
	for (const [person, name] of [
		[cleo, "bob"],
		[bob, "ann"],
		[bob, "cleo"],
	] as const)
		expect(
			await asks(plume, person, "direct", { names: [name] }),
		).toMatchObject({ kind: "ready" });
	expect(
		await asks(plume, ann, "direct", { names: ["plumebot"] }),
	).toMatchObject({
		code: "personIsKnown",
	});
});

test("who is removed does not come back by an invitation from before", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await asks(plume, ann, "invite", { room, name: "bob" });
	const [invited] = await ownRooms(bob);
	await invitedInto(plume, room, ann, bob);
	expect(await ownRooms(bob)).toHaveLength(1);
	await asks(plume, ann, "remove", { room, name: "bob" });
	const { invitation } = invited ?? {};
	expect(await asks(plume, bob, "join", { invitation })).toMatchObject({
		code: "invitationIsOpen",
	});
	await asks(plume, ann, "invite", { room, name: "bob" });
	await asks(plume, ann, "remove", { room, name: "bob" });
	expect(await ownRooms(bob)).toHaveLength(1);
});

test.each(["ann", "bob"])(
	"an invitation of %s, who is in already, is refused in words that say so",
	async (name) => {
		const room = await makesRoom(plume, ann, "Canary");
		await invitedInto(plume, room, ann, bob);
		const { code, text } = await asks(plume, ann, "invite", { room, name });
		expect(code).toBe("personCanBeAsked");
		expect(text).toContain("they are here already");
	},
);

test("rooms that were closed count, as long as one is a member", async () => {
	plume = await TestServer.open({
		environment: { PLUME_LIMIT_PRIVATE_ROOMS_MADE: "1" },
	});
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	const room = await makesRoom(plume, ann, "one");
	await asks(plume, ann, "close", { room });
	expect(await asks(plume, ann, "make", { title: "two" })).toMatchObject({
		code: "privateRoomsAreLeft",
	});
	await asks(plume, ann, "remove", { room });
	const next = await makesRoom(plume, ann, "two");
	await makesRoom(plume, bob, "his");
	await invitedInto(plume, next, ann, bob);
	expect(
		await asks(plume, ann, "handOver", { room: next, name: "bob" }),
	).toMatchObject({ code: "personMayOwnMore" });
});

test("who is banned has invited nobody any more", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	const { token } = await asks(plume, ann, "invite", { room });
	await plume.operate("ban", "ann");
	expect(await asks(plume, bob, "join", { invitation: token })).toMatchObject({
		code: "invitationIsOpen",
	});
});

test("a member without a name can be removed", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	await plume.operate("release", "bob");
	const [own] = await ownRooms(ann);
	const name = `${own?.names}`;
	expect(name).toMatch(/^\?/);
	await asks(plume, ann, "remove", { room, name });
	expect(await ownRooms(ann)).toMatchObject([{ names: [] }]);
});

test("a connection that goes on as somebody else hears nothing of the rooms before", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await asks(plume, ann, "list");
	ann.publish("heads", { rooms: [room] });
	const other = plume.connect("plume.2");
	other.open({ session: ann.memory.session, room });
	await plume.settle();
	ann.open({ session: bob.memory.session, room: "lobby" });
	await plume.settle();
	ann.news();
	other.say("for members");
	await asks(plume, other, "title", { room, title: "Another title" });
	plume.clock.advance(5000);
	await plume.settle();
	expect(JSON.stringify(ann.news())).not.toContain(room);
});

test.each([
	["an owner who hands it over", "", "handOver", { name: "bob" }],
	["an owner who leaves", "", "remove", {}],
	["an admin who leaves", "ann@example.org", "remove", {}],
])(
	"%s before a message is found erases only what is their own",
	async (_, admins, kind, fields) => {
		plume = await TestServer.open({ environment: { PLUME_ADMINS: admins } });
		ann = await plume.enter("ann", "plume.2");
		bob = await plume.enter("bob", "plume.2");
		const room = await makesRoom(plume, ann, "Trip");
		await invitedInto(plume, room, ann, bob);
		const elsewhere = plume.connect("plume.2");
		elsewhere.open({ session: ann.memory.session });
		await plume.settle();
		for (const one of [ann, bob]) await entersRoom(plume, one, room);
		ann.say("mine", 1);
		await plume.settle();
		for (const n of [1, 2]) bob.say(`theirs ${n}`, n);
		await plume.settle();
		const { epoch, offset: own } = lineOf(bob, "mine");
		const [one, other] = [1, 2].map((n) => lineOf(bob, `theirs ${n}`).offset);
		const find = waitsIn(plume.archive, "find");
		elsewhere.erase({ room, epoch, target: own, id: "own" });
		elsewhere.erase({ room, epoch, target: one, id: "one" });
		ann.say(`@plumebot remove ${other}`);
		await asks(plume, elsewhere, kind, { room, ...fields });
		find();
		await plume.settle();
		expect(elsewhere.received.filter(({ id }) => id === "one")).toMatchObject([
			{ code: "isTheirOwn" },
		]);
		const erased = bob.items.filter((item) => item.kind === "erased");
		expect(erased).toMatchObject([{ target: own }]);
	},
);

test("what somebody asked is not answered to whom their connection goes on as before that is stored", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await entersRoom(plume, ann, room);
	const other = plume.connect("plume.2");
	other.open({ session: ann.memory.session, room });
	await plume.settle();
	const { epoch, offset } = ann.memory;
	ann.news();
	ann.say("for members", 1);
	for (const kind of ["list", "invitations", "invite"])
		ann.raw(JSON.stringify({ type: types.rooms, kind, room, id: kind }));
	ann.publish("heads", { rooms: [room], id: "heads" });
	ann.askHistory({ room, epoch, before: Number(offset) + 1, id: "page" });
	ann.say("@plumebot block cleo");
	ann.open({ session: bob.memory.session, room: "lobby" });
	await plume.settle();
	await asks(plume, other, "title", { room, title: "Another title" });
	await plume.passes(5000);
	const heard = ann.news();
	expect(JSON.stringify(heard)).not.toMatch(/~|cleo is blocked/);
	expect(heard.flatMap(({ id }) => id ?? [])).toEqual([]);
	const lobby = ann.memory;
	ann.askHistory({ ...lobby, before: Number(lobby.offset) + 1, id: "own" });
	await plume.settle();
	expect(ann.last(types.history)).toMatchObject({ id: "own" });
});

test("what is being read for somebody does not go to whom their connection goes on as", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await entersRoom(plume, ann, room);
	const { epoch, offset } = ann.memory;
	const goOn = [waitsIn(plume.archive, "page"), waitsIn(plume.archive, "find")];
	plume.server.room(room).titled = undefined;
	ann.raw(JSON.stringify({ type: types.rooms, kind: "list", id: "list" }));
	const before = Number(offset) + 1;
	ann.askHistory({ room, epoch, before, id: "page" });
	ann.erase({ room, epoch, target: 1, id: "erase" });
	ann.say(`@plumebot report ${offset}`);
	await plume.settle();
	ann.open({ session: bob.memory.session, room: "lobby" });
	await plume.passes(5000);
	ann.news();
	for (const each of goOn) each();
	await plume.settle();
	expect(ann.news()).toEqual([]);
});

/** What the operator calls a private room in which bob reported ann. */
async function reported(title: string): Promise<string> {
	const room = await makesRoom(plume, ann, title);
	await invitedInto(plume, room, ann, bob);
	await entersRoom(plume, ann, room);
	await entersRoom(plume, bob, room);
	ann.say("bad words");
	await plume.settle();
	const { offset } = bob.items.at(-1) ?? bob.memory;
	bob.say(`@plumebot report ${offset} abuse`);
	await plume.settle();
	const [report = ""] = await plume.operate("reports");
	return `~${report.split(" ")[0]}`;
}

test("an operator who kicks somebody in a reported room is told what they call it, not its key", async () => {
	const key = await reported("Trip");
	const says = await plume.operate("mute", key, "ann", "10m");
	expect(says).toEqual([
		`ann may say nothing in ${key} for 10 minutes. “plume unmute ${key} ann” undoes it.`,
	]);
	await plume.operate("dismiss", key.slice(1));
	const noRoom = `There is no room "${key}". plume reports lists those there are.`;
	await expect(plume.operate("mute", key, "ann")).rejects.toThrow(noRoom);
	const noneHolds = (act: string, name: string) =>
		`There is no open report "${key}", and no ${act} of ${name} by the operator holds in a private room.`;
	for (const [act, name] of [
		["mute", "bob"],
		["kick", "ann"],
	] as const)
		await expect(plume.operate(`un${act}`, key, name)).rejects.toThrow(
			noneHolds(act, name),
		);
	expect(await plume.operate("unmute", key, "ann")).toEqual([
		"ann may speak in the only private room where that held again.",
	]);
	await expect(plume.operate("unmute", key, "ann")).rejects.toThrow(
		noneHolds("mute", "ann"),
	);
});

test("mutes in two private rooms are undone one by one, though both reports are closed", async () => {
	const keys: string[] = [];
	for (const title of ["Trip", "Work"]) {
		const key = await reported(title);
		await plume.operate("mute", key, "ann");
		await plume.operate("dismiss", key.slice(1));
		keys.push(key);
	}
	const [one = ""] = keys;
	const unmute = () => plume.operate("unmute", one, "ann");
	expect(await unmute()).toEqual([
		"ann may speak in one of the 2 private rooms where that held again.",
	]);
	expect(await unmute()).toEqual([
		"ann may speak in the only private room where that held again.",
	]);
	await expect(unmute()).rejects.toThrow("no mute of ann by the operator");
});

test("the warning of an index that is wrong has no key of a room", async () => {
	const [disk, clock] = [new FakeDisk(), new FakeClock()];
	plume = await serverOn(disk, clock);
	ann = await plume.enter("ann", "plume.2");
	const room = await makesRoom(plume, ann, "Trip");
	await entersRoom(plume, ann, room);
	for (const text of "abcdefgh") {
		ann.say(text.repeat(500), undefined, room);
		await plume.settle();
	}
	const { epoch, offset } = ann.memory;
	const before = Number(offset) + 1;
	ann.askHistory({ room, epoch, before });
	await plume.settle();
	const folder = join("data", "index");
	const names = (await disk.list(folder)).filter((name) => /^\d+/.test(name));
	for (const name of names.sort().slice(0, -1)) {
		const index = await loadChecked(disk, folder, name);
		await saveChecked(disk, folder, name, { ...index, rooms: [] });
	}
	const warnings: unknown[] = [];
	const warn = (...words: unknown[]) => warnings.push(words);
	const report = { info() {}, warn };
	plume = await serverOn(disk.kill(), clock, {}, { report });
	ann = await plume.enter("ann", "plume.2");
	await entersRoom(plume, ann, room);
	ann.askHistory({ room, epoch, before });
	await plume.settle();
	expect(JSON.stringify(warnings)).toContain("does not reach back");
	expect(JSON.stringify(warnings)).not.toContain(room);
});

test("a title that was replaced is as old as anything that was said, the present one is kept", async () => {
	const clock = new FakeClock();
	plume = await TestServer.open({
		...{ clock, environment: { PLUME_RETENTION: "12h" } },
	});
	ann = await plume.enter("ann", "plume.2");
	const room = await makesRoom(plume, ann, "An old title");
	await asks(plume, ann, "title", { room, title: "The title now" });
	for (let hour = 0; hour < 15; hour++) {
		await plume.passes(3_600_000);
	}
	const later = await plume.enter("ann", "plume.2");
	expect(await ownRooms(later)).toMatchObject([{ title: "The title now" }]);
	await entersRoom(plume, later, room);
	const titles = later.items.filter(({ kind }) => kind === "titled");
	expect(titles).toMatchObject([
		{ text: "", erased: true },
		{ text: "The title now" },
	]);
});

test("all tabs of someone leave before they are no member any more", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	await entersRoom(plume, bob, room);
	const tab = plume.connect("plume.2");
	tab.open({ session: bob.memory.session, room });
	await plume.settle();
	const events: string[] = [];
	plume.inspector.watch(({ frames }) => {
		const [step] = frames.flatMap((one) => (one.type === "step" ? one : []));
		if (step) events.push(step.event);
	});
	await asks(plume, ann, "remove", { room, name: "bob" });
	expect(events).toEqual(["client.left", "client.left", "member.removed"]);
	expect([bob.closed?.code, tab.closed?.code]).toEqual([4007, 4007]);
});
