/** What is told of the moment: who is in, who is away, who types, how far other rooms are. Never logged, never often. */
import { Map as PersistentMap } from "immutable";
import { beforeEach, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { UnreadSubscriptions } from "../src/chat/unread-subscriptions.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "./private-rooms.ts";
import { World } from "./simulation/world.ts";
import { type Person, TestServer } from "./test-server.ts";

let plume: TestServer;
let ann: Person;
let bob: Person;
beforeEach(async () => {
	plume = await TestServer.open();
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	await pass(2000);
	ann.news();
	bob.news();
});

/** Time goes by in steps, since what one timer does may be durable only a moment later. */
async function pass(ms: number) {
	for (let rest = ms; rest > 0; rest -= 500) {
		await plume.settle();
		plume.clock.advance(Math.min(rest, 500));
	}
	await plume.settle();
}

const signals = (person: Person, kind?: string) =>
	person
		.news()
		.filter(
			(frame) => frame.type === types.signal && (!kind || frame.kind === kind),
		);

const mentionedTo = (person: Person) =>
	signals(person, "head").map(({ mentioned }) => mentioned);

const typing = (...names: readonly string[]) => ({
	...{ type: types.signal, kind: "typing", room: "lobby" },
	clients: names.map((name) => ({ client: expect.any(String), name })),
});

const presence = (name: string, away: boolean) => ({
	...{ type: types.signal, kind: "presence", room: "lobby" },
	members: [{ client: expect.any(String), name, away }],
});

async function goesTo(person: Person, room: string) {
	const { session } = person.memory;
	person.open({ session, room });
	await plume.settle();
}

test("who enters receives the list of members at once, once", async () => {
	const cleo = await plume.enter("cleo", "plume.2");
	await pass(1);
	expect(signals(cleo)).toEqual([
		{
			...{ type: types.signal, kind: "members", room: "lobby", total: 3 },
			members: ["ann", "bob", "cleo"].map((name) => ({
				...{ client: expect.any(String), name, away: false },
			})),
		},
	]);
	await pass(5000);
	expect([signals(cleo), signals(ann)]).toEqual([[], []]);
});

test("typing is published when it begins, then when it ends, however often it is sent", async () => {
	for (let i = 0; i < 4; i++) {
		ann.publish("typing");
		await pass(3000);
	}
	expect(signals(bob)).toEqual([typing("ann")]);
	expect(signals(ann)).toEqual([typing("ann")]);
	await pass(4000);
	expect(signals(bob)).toEqual([typing()]);
	await pass(10_000);
	expect(signals(bob)).toEqual([]);
});

test("a message ends typing, as does leaving", async () => {
	ann.publish("typing");
	bob.publish("typing");
	await pass(1000);
	expect(signals(bob)).toEqual([typing("ann", "bob")]);
	ann.say("so");
	await pass(1000);
	expect(signals(bob)).toEqual([typing("bob")]);
	bob.hangUp();
	await pass(1000);
	expect(signals(ann, "typing").at(-1)).toEqual(typing());
});

test("nobody types in a room that is closed", async () => {
	const room = await makesRoom(plume, ann, "Trip");
	await invitedInto(plume, room, ann, bob);
	for (const one of [ann, bob]) await entersRoom(plume, one, room);
	const typists = () =>
		signals(ann, "typing").flatMap(({ clients }) =>
			Object(clients).map(({ name }: { name: string }) => name),
		);
	bob.publish("typing");
	await pass(1000);
	expect(typists()).toEqual(["bob"]);
	await asks(plume, ann, "close", { room });
	bob.publish("typing");
	await pass(2000);
	expect(signals(ann, "typing").map(({ clients }) => clients)).toEqual([[]]);
});

test("of many who type at once ten are named, at most once a second", async () => {
	const open = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	const all: Person[] = [];
	for (let i = 0; i < 30; i++) all.push(await open.enter(`p${i}`, "plume.2"));
	open.clock.advance(2000);
	const [first] = all;
	if (!first) throw new Error("nobody there");
	first.news();
	for (const one of all) {
		one.publish("typing");
		await open.settle();
		open.clock.advance(100);
	}
	const lists = signals(first, "typing");
	expect(lists.length).toBeLessThanOrEqual(4);
	expect(lists.at(-1)?.clients).toHaveLength(10);
});

test("away is published, a blink is not", async () => {
	bob.publish("presence", { away: true });
	await pass(1000);
	expect(signals(ann)).toEqual([presence("bob", true)]);
	bob.publish("presence", { away: true });
	await pass(2000);
	bob.publish("presence", { away: false });
	bob.publish("presence", { away: true });
	await pass(2000);
	expect(signals(ann)).toEqual([]);
	bob.publish("presence", { away: false });
	await pass(1000);
	expect(signals(ann)).toEqual([presence("bob", false)]);
});

test("a lost connection shows as away until it is back, a reload not at all", async () => {
	const { memory } = bob;
	bob.hangUp();
	await pass(2000);
	expect(signals(ann)).toEqual([presence("bob", true)]);
	const back = plume.connect("plume.2");
	back.open(memory);
	await pass(2000);
	expect(signals(ann)).toEqual([presence("bob", false)]);
	expect(signals(back, "members")).toHaveLength(1);
	back.hangUp();
	const again = plume.connect("plume.2");
	again.open(memory);
	await pass(2000);
	expect(signals(ann)).toEqual([]);
});

test("who was away when they were lost is not when they are back", async () => {
	bob.publish("presence", { away: true });
	await pass(1000);
	const { memory } = bob;
	bob.hangUp();
	const back = plume.connect("plume.2");
	back.open(memory);
	await pass(2000);
	expect(signals(ann).at(-1)).toEqual(presence("bob", false));
});

test("after a restart all are away until they are back", async () => {
	const world = new World();
	await world.start();
	const cleo = await world.plume.enter("cleo", "plume.2");
	await world.plume.enter("dan", "plume.2");
	await world.crash(0);
	const back = world.plume.connect("plume.2");
	back.open(cleo.memory);
	await world.settle();
	world.clock.advance(0);
	const [list] = signals(back, "members");
	expect(list).toMatchObject({ total: 2 });
	expect(list?.members).toContainEqual(
		expect.objectContaining({ name: "dan", away: true }),
	);
});

test("how far other rooms have come is published at once, then on news, once a second", async () => {
	await goesTo(bob, "cats");
	ann.publish("heads", { rooms: ["cats", "Cats", "nowhere", "no room"] });
	await plume.settle();
	const head = { type: types.signal, kind: "head" };
	expect(signals(ann, "head")).toEqual([
		{
			...head,
			...{ room: "cats", epoch: bob.memory.epoch, offset: 1, said: 0 },
		},
		{ ...head, ...{ room: "nowhere", epoch: "", offset: 0, said: 0 } },
	]);
	expect([...plume.state.rooms.keys()]).toEqual(["lobby", "cats"]);
	for (let i = 0; i < 15; i++) {
		bob.say(`line ${i}`);
		await pass(100);
	}
	const heads = signals(ann, "head");
	expect(heads.length).toBeLessThanOrEqual(2);
	await pass(1000);
	const last = signals(ann, "head").at(-1) ?? heads.at(-1);
	expect(last).toMatchObject({ room: "cats", offset: 16, said: 15 });
	expect(last?.saidAt).toBe(bob.last(types.text)?.time);
	await pass(5000);
	expect(signals(ann)).toEqual([]);
});

test("a mention in another room is published once, only to who was mentioned", async () => {
	await goesTo(bob, "cats");
	const cleo = await plume.enter("cleo", "plume.2");
	for (const one of [ann, cleo]) one.publish("heads", { rooms: ["cats"] });
	await pass(2000);
	for (const one of [ann, cleo]) signals(one);
	bob.say("`@cleo`, ann@cleo, @cleopatra");
	bob.say("@Ann, where are you?");
	await pass(2000);
	expect(mentionedTo(ann)).toEqual([true]);
	expect(mentionedTo(cleo)).toEqual([undefined]);
	bob.say("ann?");
	await pass(2000);
	expect(mentionedTo(ann)).toEqual([undefined]);
	bob.say("你好@annさん");
	await pass(2000);
	expect(mentionedTo(ann)).toEqual([true]);
});

test("a mention of a name that one had before counts in another room, too", async () => {
	await goesTo(bob, "cats");
	const { session } = ann.memory;
	await plume.operate("rename", "ann", "anna");
	const anna = plume.connect("plume.2");
	anna.open({ session });
	await plume.settle();
	anna.publish("heads", { rooms: ["cats"] });
	await pass(2000);
	signals(anna);
	bob.say("@ann, where are you?");
	await pass(2000);
	expect(mentionedTo(anna)).toEqual([true]);
	await plume.operate("release", "ann");
	const back = plume.connect("plume.2");
	back.open({ session });
	await plume.settle();
	back.publish("heads", { rooms: ["cats"] });
	await pass(2000);
	signals(back);
	bob.say("@ann, are you there?");
	await pass(2000);
	expect(mentionedTo(back)).toEqual([undefined]);
});

test("an answer in another room counts as a mention to who is answered, but not to who answers", async () => {
	await goesTo(ann, "cats");
	await goesTo(bob, "cats");
	ann.say("who has a cat?");
	await plume.settle();
	const replyTo = ann.last(types.text)?.offset;
	await goesTo(ann, "lobby");
	const cleo = await plume.enter("cleo", "plume.2");
	for (const one of [ann, cleo]) one.publish("heads", { rooms: ["cats"] });
	await pass(2000);
	for (const one of [ann, cleo]) signals(one);
	bob.raw(JSON.stringify({ type: types.text, text: "I do", replyTo }));
	await pass(2000);
	expect(mentionedTo(ann)).toEqual([true]);
	expect(mentionedTo(cleo)).toEqual([undefined]);
	const other = plume.connect("plume.2");
	other.open({ session: ann.memory.session, room: "cats" });
	await plume.settle();
	other.raw(JSON.stringify({ type: types.text, text: "I do, too", replyTo }));
	other.say("@ann has two");
	await pass(2000);
	expect(mentionedTo(ann)).toEqual([undefined]);
});

test("an answer counts as a mention to a person, not to who has their name by then", async () => {
	await goesTo(bob, "cats");
	bob.say("who has a cat?");
	await plume.settle();
	const replyTo = bob.last(types.text)?.offset;
	await goesTo(bob, "lobby");
	await goesTo(ann, "cats");
	const { session } = bob.memory;
	await plume.operate("rename", "bob", "robert");
	await plume.operate("release", "bob");
	const robert = plume.connect("plume.2");
	robert.open({ session });
	const other = await plume.enter("bob", "plume.2", "bob@example.com");
	for (const one of [robert, other]) one.publish("heads", { rooms: ["cats"] });
	await pass(2000);
	for (const one of [robert, other]) signals(one);
	ann.raw(JSON.stringify({ type: types.text, text: "I do", replyTo }));
	await pass(2000);
	expect(mentionedTo(robert)).toEqual([true]);
	expect(mentionedTo(other)).toEqual([undefined]);
});

test.each([
	["whose session is over", "plume.2"],
	["that had no session", "classic"],
] as const)(
	"an answer to a line of a client %s counts by its name",
	async (_, protocol) => {
		const cleo = await plume.enter("cleo", protocol);
		cleo.say("who has a cat?");
		if (protocol === "classic") cleo.hangUp();
		else cleo.logOut();
		const again = await plume.enter("cleo", "plume.2");
		again.publish("heads", { rooms: ["lobby"] });
		await pass(2000);
		signals(again);
		const replyTo = ann.last(types.text)?.offset;
		ann.raw(JSON.stringify({ type: types.text, text: "I do", replyTo }));
		await pass(2000);
		expect(mentionedTo(again)).toEqual([true]);
	},
);

test("a new list of rooms replaces the one before: an empty one ends it", async () => {
	await goesTo(bob, "cats");
	ann.publish("heads", { rooms: ["cats"] });
	ann.publish("heads", { rooms: [] });
	await pass(1);
	ann.news();
	bob.say("a cat");
	await pass(2000);
	expect(signals(ann, "head")).toEqual([]);
});

test("a closed or replaced connection is subscribed to nothing any more", async () => {
	await goesTo(bob, "cats");
	const cleo = await plume.enter("cleo", "plume.2");
	for (const one of [ann, cleo]) one.publish("heads", { rooms: ["cats"] });
	await pass(2000);
	cleo.hangUp();
	plume.connect("plume.2").open(ann.memory);
	await pass(2000);
	expect(ann.closed?.code).toBe(4001);
	const tell = vi.spyOn(UnreadSubscriptions.prototype, "tell");
	bob.say("a cat");
	await pass(2000);
	expect(tell).not.toHaveBeenCalled();
	tell.mockRestore();
});

test("a head never runs ahead of what is durable", async () => {
	const world = new World();
	await world.start();
	const cleo = await world.plume.enter("cleo", "plume.2");
	const dan = await world.plume.enter("dan", "plume.2");
	dan.publish("heads", { rooms: ["lobby"] });
	await world.settle();
	const offset = dan.last(types.signal)?.offset;
	world.disk.interrupt = ({ kind }) =>
		kind === "sync" ? { code: "EIO" } : undefined;
	cleo.say("never durable");
	for (let i = 0; i < 3; i++) {
		await world.settle();
		world.clock.advance(1000);
	}
	expect(world.plume.fatal).toBeDefined();
	expect(
		dan.received.filter(({ kind }) => kind === "head").at(-1)?.offset,
	).toBe(offset);
});

test("who goes to another room hears no more of the first, where their typing ends", async () => {
	ann.publish("typing");
	await goesTo(ann, "cats");
	await pass(2000);
	expect(signals(bob, "typing").at(-1) ?? typing()).toEqual(typing());
	ann.news();
	bob.publish("typing");
	await pass(2000);
	expect(signals(ann)).toEqual([]);
});

test("a classic client neither receives nor sends any of it", async () => {
	const old = await plume.enter("old");
	ann.news();
	old.publish("typing");
	old.publish("presence", { away: true });
	ann.publish("typing");
	ann.publish("presence", { away: true });
	await pass(3000);
	expect(old.received.every(({ type }) => type <= types.mayNotEnter)).toBe(
		true,
	);
	expect(JSON.stringify(signals(ann))).not.toContain("old");
});

test("none of it is logged, from members or strangers", async () => {
	const { ordered } = plume.log;
	ann.publish("typing");
	bob.publish("presence", { away: true });
	ann.publish("heads", { rooms: ["lobby", "elsewhere"] });
	const stranger = plume.connect("plume.2");
	stranger.publish("heads", { rooms: ["lobby"] });
	stranger.publish("typing");
	await pass(3000);
	expect(plume.log.ordered).toBe(ordered);
	expect(stranger.received).toEqual([]);
});

test.each([
	["no kind", {}],
	["an unknown kind", { kind: "whatever" }],
	[
		"a list of more than 32 rooms",
		{ kind: "heads", rooms: Array(33).fill("x") },
	],
	["no list", { kind: "heads", rooms: "cats" }],
	["half a truth", { kind: "presence", away: "yes" }],
])("%s is not understood", async (_, fields) => {
	ann.raw(JSON.stringify({ type: types.signal, ...fields }));
	await plume.settle();
	expect(ann.news()).toMatchObject([
		{ type: types.refused, code: "frameIsUnderstood" },
	]);
});

test("too much of it is ignored, uses up no message, at last closes the connection", async () => {
	for (let i = 0; i < 60; i++) ann.publish("presence", { away: i % 2 === 0 });
	for (let i = 0; i < 20; i++) ann.say(`line ${i}`);
	await plume.settle();
	expect(ann.last(types.refused)).toBeUndefined();
	expect(bob.lines).toHaveLength(20);
	for (let i = 0; i < 120; i++) ann.publish("typing");
	expect(ann.closed?.code).toBe(1008);
});

test("while nothing happens no timer is set, even after someone with subscriptions left", async () => {
	ann.publish("heads", { rooms: ["cats", "dogs"] });
	ann.publish("typing");
	await pass(10_000);
	const { timersSet } = plume.clock;
	await pass(10_000);
	expect(plume.clock.timersSet).toBe(timersSet);
	ann.hangUp();
	await pass(61_000);
	ann.news();
	bob.say("gone?");
	await pass(2000);
	expect(ann.news()).toEqual([]);
	const room = plume.server.room("lobby");
	const members = plume.state.room("lobby")?.context.members ?? PersistentMap();
	expect(room.presence.list(members)).toMatchObject({ total: 1 });
	expect(room.presence.isRestless).toBe(false);
});
