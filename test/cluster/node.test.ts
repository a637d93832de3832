/** Nodes on one stream: one decides, and any of them may die. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventTable } from "../../machines/events.ts";
import { MessageType as types } from "../../machines/message.ts";
import { textOf } from "../../src/log/disk.ts";
import { seeded } from "../fakes/disk.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "../private-rooms.ts";
import type { Person } from "../test-server.ts";
import { Nodes, type StreamNode } from "./nodes.ts";
import { Story } from "./story.ts";

test("of three nodes one decides, and people on all of them talk", async () => {
	const world = new Nodes(seeded(1));
	for (let nth = 0; nth < 3; nth++) await world.start();
	expect(world.nodes.filter(({ node }) => node.leads)).toHaveLength(1);
	const [one, two, three] = world.nodes;
	if (!one || !two || !three) throw new Error("no nodes");
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben");
	const cem = await world.enter(three, "cem");
	ann.say("hello", 1);
	await world.advance(500);
	ben.say("hello ann", 1);
	await world.advance(500);
	for (const person of [ann, ben, cem])
		expect(person.lines.slice(-2)).toEqual(["ann: hello", "ben: hello ann"]);
	expect(ann.last(types.ack)).toMatchObject({ last: 1 });
	const hashes = world.nodes.map(({ server }) => server.state.hash());
	expect(new Set(hashes).size).toBe(1);
});

test("what a person has read is known to the next node that decides", async () => {
	const world = new Nodes(seeded(2));
	for (let nth = 0; nth < 2; nth++) await world.start();
	const first = world.sequencer;
	const other = world.nodes.find((one) => one !== first);
	if (!first || !other) throw new Error("no nodes");
	const ann = await world.enter(first, "ann");
	const { session, room, epoch, offset } = ann.memory;
	const read = { room, epoch, offset, said: 0 };
	ann.raw(JSON.stringify({ type: types.own, kind: "read", ...read }));
	await world.advance(500);
	await world.kill(first);
	await world.until(() => world.sequencer === other);
	const back = other.server.connect("plume.2");
	back.open({ session });
	await world.until(() => back.last(types.own) !== undefined);
	expect(back.last(types.own)).toMatchObject({ kind: "all", reads: [read] });
});

test("a node that comes to decide has the admins of its own settings, and tells the others", async () => {
	const world = new Nodes(seeded(2));
	const environment = { PLUME_ADMINS: "eve@example.org" };
	const first = await world.start({ environment });
	const second = await world.start();
	await world.enter(second, "eve");
	const { identity = "" } =
		second.server.state.server.context.names.get("eve") ?? {};
	const eve = { identity, person: identity, role: "admin" } as const;
	const table = async ({ server }: StreamNode) =>
		server.operator.ask("who", [], eve);
	await world.advance(1000);
	expect(await table(second)).toHaveProperty("rows");
	await world.kill(first);
	await world.until(() => second.node.leads);
	await expect(table(second)).rejects.toThrow("Only an admin");
	const third = await world.start({ environment });
	await world.advance(1000);
	await expect(table(third)).rejects.toThrow("Only an admin");
});

const FAULTS = ["kill", "cut", "elect", "readers", "hang up"] as const;

/** Each of these broke something once, when the people of the stories stayed in one room. */
const examples: [number, (typeof FAULTS)[number][]][] = [
	[963894699, ["elect", "readers", "hang up", "hang up"]],
	[788591919, ["kill", "cut"]],
	[0, ["kill", "kill", "kill", "kill"]],
	[0, ["kill", "readers", "kill"]],
	[1197530991, ["elect", "hang up", "elect", "kill"]],
	[-1908541698, ["kill", "hang up", "cut", "elect", "kill"]],
	[743829458, ["cut", "kill", "kill"]],
	[-1375577756, ["kill", "kill", "kill"]],
	[-325547197, ["readers", "readers", "hang up", "kill", "kill"]],
	[2043688172, ["kill", "cut", "readers", "hang up", "kill"]],
	[-205996377, ["cut", "readers", "readers", "kill"]],
	[-2, ["readers", "readers", "kill", "readers"]],
	[15, ["kill", "readers", "readers", "kill", "hang up"]],
];

test("whatever fails, each line is said once, in one order, and all nodes agree", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer(),
			fc.array(fc.constantFrom(...FAULTS), { minLength: 2, maxLength: 6 }),
			storyHolds,
		),
		{
			...{ numRuns: Number(process.env.TEST_RUNS ?? 25), examples },
			endOnFailure: true,
		},
	);
});

async function storyHolds(
	seed: number,
	faults: readonly (typeof FAULTS)[number][],
) {
	const random = seeded(seed);
	const environment = { PLUME_LIMITS: "off" };
	const world = new Nodes(random, { environment }, 3);
	for (let nth = 0; nth < 3; nth++) await world.start();
	const story = await Story.begin({
		random,
		nodes: () => world.nodes,
		enter: (node, name) => world.enter(node, name),
		advance: (ms) => world.advance(ms),
		stored: () => world.stored(),
	});
	for (const fault of faults) {
		for (let nth = 0; nth < 3; nth++) await story.talk();
		const victim = random(2)
			? (world.sequencer ?? story.anyNode())
			: story.anyNode();
		if (fault === "kill" && world.nodes.length > 1) {
			const disk = await world.kill(victim);
			await story.talk();
			await world.start(random(2) ? { disk } : {});
		} else if (fault === "cut") {
			world.cutOff.add(victim.id);
			await story.live(200 + random(9000));
			world.cutOff.delete(victim.id);
		} else if (fault === "elect") world.stream.elect(random(8000));
		else if (fault === "readers") world.stream.killReaders();
		else story.hangUp();
		await story.talk();
	}
	world.stream.trouble = 0;
	await story.end();
	for (const { id, failed, server } of world.nodes)
		expect([id, failed.error ?? server.fatal]).toEqual([id, undefined]);
	await story.expectOneOrder();
	const hashes = world.nodes.map(({ server }) => server.state.hash());
	expect(new Set(hashes).size).toBe(1);
}

test("a node that was away claims a later term than all before it", async () => {
	const world = new Nodes(seeded(3));
	await world.kill(await world.start());
	const second = await world.start();
	await world.enter(second, "ann");
	// It has all of the stream, and reads nothing more before it claims.
	await world.start({ disk: await world.kill(second) });
	const terms = world.stream.messages.flatMap((message) =>
		message?.kind === "claim" ? message.term : [],
	);
	expect(terms).toEqual([1, 2, 3]);
});

test("who closes their tab before its node comes to decide leaves", async () => {
	const world = new Nodes(seeded(3));
	const first = await world.start();
	const other = await world.start();
	const ann = await world.enter(other, "ann");
	const ben = await world.enter(other, "ben");
	await world.kill(first);
	await world.advance(500);
	ann.hangUp();
	await world.until(() => other.node.leads);
	await world.advance(1000);
	world.clock.advance(60_000);
	await world.advance(2000);
	expect(ben.last(types.system)).toMatchObject({
		...{ kind: "left", user: { name: "ann" } },
	});
});

test.each([
	["in their place", true],
	["as a new client", false],
])(
	"who is removed just as they come back on another node, %s, hears no more of the room",
	async (_, hasPlace) => {
		const world = new Nodes(seeded(2));
		for (let nth = 0; nth < 2; nth++) await world.start();
		const first = world.sequencer;
		const other = world.nodes.find((one) => one !== first);
		if (!first || !other) throw new Error("no nodes");
		const settling = { settle: () => world.advance(300) };
		const ann = await world.enter(first, "ann");
		const bob = await world.enter(other, "bob");
		const room = await makesRoom(settling, ann, "Trip");
		await invitedInto(settling, room, ann, bob);
		for (const person of [ann, bob]) await entersRoom(settling, person, room);
		bob.hangUp();
		await settling.settle();
		const back = other.server.connect("plume.2");
		const { session } = bob.memory;
		const goOn = world.hold(other);
		back.open(hasPlace ? bob.memory : { session, room });
		await settling.settle();
		await asks(settling, ann, "remove", { room, name: "bob" });
		goOn();
		await settling.settle();
		ann.say("for members", 1);
		await settling.settle();
		expect(ann.last(types.ack)).toMatchObject({ last: 1 });
		expect(back.received).toEqual([]);
		expect(back.closed).toMatchObject({ code: 1012 });
	},
);

test("a node that fails as it comes to decide ends", async () => {
	const world = new Nodes(seeded(3));
	const first = await world.start();
	const other = await world.start();
	other.server.engine.lead = () => {
		throw new Error("a bug");
	};
	await world.kill(first);
	await world.until(() => other.node.leads);
	await world.advance(500);
	expect(other.failed.error?.message).toBe("a bug");
});

test("what the leader of the stream lacks is erased all the same", async () => {
	const world = new Nodes(seeded(5));
	const node = await world.start();
	const ann = await world.enter(node, "ann");
	ann.say("a word too many", 1);
	await world.advance(500);
	// The last message, in a damaged file of the leader's.
	world.stream.holes.set(world.stream.messages.length, new Set([0]));
	const said = ann.last(types.text);
	const target = said?.offset;
	ann.erase({ room: said?.room, epoch: said?.epoch, target, id: "gone" });
	await world.advance(10_000);
	expect(ann.last(types.erase)).toMatchObject({ id: "gone" });
	expect(ann.last(types.system)).toMatchObject({ kind: "erased", target });
	expect(await world.stored()).not.toContain("a word too many");
});

test("a node that was killed while it overwrote a text finishes that when it starts again", async () => {
	const world = new Nodes(seeded(7));
	const first = await world.start();
	const other = await world.start();
	const ann = await world.enter(first, "ann");
	ann.say("a word too many", 1);
	await world.advance(500);
	const disk = await world.kill(other);
	const [name] = await disk.list("log");
	const before = await textOf(disk, `log/${name}`);
	const said = ann.last(types.text);
	const target = said?.offset;
	ann.erase({ room: said?.room, epoch: said?.epoch, target, id: "gone" });
	await world.advance(5000);
	// It had the erasure, and half of the text was gone.
	const after = await textOf(first.disk, `log/${name}`);
	const file = await disk.open(`log/${name}`);
	const half = before.indexOf("word too many");
	const torn = before.slice(0, half) + after.slice(half);
	await file.write(Buffer.from(torn), 0);
	const again = await world.start({ disk });
	expect([again.failed.error, again.server.fatal]).toEqual([
		undefined,
		undefined,
	]);
	expect(await world.stored()).not.toContain("a word");
	expect(await textOf(disk, `log/${name}`)).toBe(
		await textOf(first.disk, `log/${name}`),
	);
});

test("while NATS is away for 30 seconds people are told within five, and nothing is lost", async () => {
	const world = new Nodes(seeded(2));
	for (let nth = 0; nth < 3; nth++) await world.start();
	const people: Person[] = [];
	for (const [nth, node] of world.nodes.entries())
		people.push(await world.enter(node, `guest${nth}`));
	for (const { id } of world.nodes) world.cutOff.add(id);
	world.stream.elect(30_000);
	for (const person of people) person.say("are you there?", 1);
	await world.advance(5000);
	const codes = people.map((person) => person.last(types.refused)?.code);
	expect(codes).toEqual(Array(3).fill("sequencerIsThere"));
	await world.advance(25_000);
	world.cutOff.clear();
	await world.advance(15_000);
	for (const person of people) {
		const mine = person.lines.filter((line) => line.includes("there?"));
		// Some pages came back meanwhile; this one stayed.
		if (!person.closed) expect(mine.length).toBeGreaterThan(0);
	}
	const log = world.sequencer?.server.log.committed;
	expect(world.nodes.map(({ server }) => server.log.committed)).toEqual([
		...[log, log, log],
	]);
});

test("while NATS has no quorum, people on every node are told within five seconds", async () => {
	const world = new Nodes(seeded(2));
	const quiet = await world.enter(await world.start(), "quiet");
	for (let nth = 1; nth < 3; nth++) await world.start();
	const people: Person[] = [];
	for (const [nth, node] of world.nodes.entries())
		people.push(await world.enter(node, `guest${nth}`));
	// The nodes still hear each other: one server is left.
	world.stream.elect(10_000);
	for (const person of people) person.say("are you there?", 1);
	await world.advance(5000);
	const codes = people.map((person) => person.last(types.refused)?.code);
	expect(codes).toEqual(Array(3).fill("sequencerIsThere"));
	for (const { node } of world.nodes) expect(node.wrong).toContain("NATS");
	await world.advance(10_000);
	for (const person of people)
		expect(person.last(types.ack)).toMatchObject({ last: 1 });
	expect(quiet.last(types.ack)).toMatchObject({ last: 0 });
	for (const { node } of world.nodes) expect(node.wrong).toBeUndefined();
});

test("a node whose clock is an hour off, or whose settings differ, is named and never decides", async () => {
	const odds = [{ skewMs: 3_600_000 }, { settings: "other" }];
	for (const [seed, odd] of [...odds, ...odds, ...odds].entries()) {
		const world = new Nodes(seeded(seed));
		const first = await world.start();
		const second = await world.start();
		const third = await world.start(odd);
		expect(world.sequencer?.id).not.toBe(third.id);
		await world.advance(1000);
		// The others are silent, but were heard of a moment ago.
		void world.kill(first);
		void world.kill(second);
		await world.advance(4000);
		const claims = world.stream.messages.filter(
			(message) => message?.kind === "claim" && message.node === third.id,
		);
		expect(claims).toEqual([]);
		expect(world.warnings.join()).toContain(
			`${third.id}: this node should not decide`,
		);
	}
});

test("what an older node would not understand is refused until that is upgraded", async () => {
	const world = new Nodes(seeded(6));
	const node = await world.start();
	await world.start();
	const ann = await world.enter(node, "ann");
	await world.enter(node, "ben");
	const later = /identity.blocked|login.requested|topic.changed/;
	const events = Object.keys(eventTable).filter((type) => !later.test(type));
	const old = await world.start({ events });
	ann.open({ ...ann.memory, room: "boats" });
	await world.advance(500);
	const topic = { kind: "topic", room: "boats", text: "Sails" };
	ann.raw(JSON.stringify({ type: types.rooms, ...topic }));
	await world.advance(500);
	expect(ann.received.at(-1)).toMatchObject({ code: "nodesAreAlike" });
	const block = async () => {
		ann.say("@plumebot block ben");
		await world.advance(500);
		return ann.received.at(-1)?.text;
	};
	expect(await block()).toContain("still runs an older version");
	expect((await world.stored()).includes("identity.blocked")).toBe(false);
	const cem = node.server.connect("plume.2");
	cem.hello("cem", "cem@example.org");
	await world.advance(500);
	expect(cem.received.at(-1)).toMatchObject({
		...{ code: "nodesAreAlike", retryAfter: 10_000 },
	});
	ann.say("that hinders nobody from talking", 1);
	await world.advance(500);
	expect(ann.last(types.ack)).toMatchObject({ last: 1 });
	await world.start({ disk: await world.kill(old) });
	await world.advance(6000);
	expect(await block()).not.toContain("older version");
	expect((await world.stored()).includes("identity.blocked")).toBe(true);
});

test("a name that three claim at once has one owner on every node, whichever of them decides", async () => {
	const rounds = Number(process.env.TEST_CLAIMS ?? 15);
	const random = seeded(4);
	const environment = { PLUME_LIMITS: "off" };
	const world = new Nodes(random, { environment });
	for (let nth = 0; nth < 3; nth++) await world.start();
	for (let round = 0; round < rounds; round++) {
		const name = `name${round}`;
		const claims = world.nodes.map(({ id, server }) => ({
			email: `${id}.${round}@example.org`,
			person: server.connect("plume.2"),
			server,
		}));
		for (const { person, email } of claims) person.hello(name, email);
		const codeFor = (email: string) =>
			world.nodes
				.flatMap(({ server }) => server.mailer.sent)
				.find(({ to }) => to === email)?.code;
		await world.until(() => {
			for (const claim of claims)
				if (claim.person.closed) {
					// Just then another node was about to decide.
					claim.person = claim.server.connect("plume.2");
					claim.person.hello(name, claim.email);
				}
			return claims.every(({ email }) => codeFor(email));
		});
		// The sequencer is paused; the others claim at one place, and so does it when it wakes.
		const paused = world.sequencer;
		if (paused) world.cutOff.add(paused.id);
		await world.advance(1500 + random(1500));
		for (const { person, email } of claims) person.auth(codeFor(email) ?? "");
		await world.advance(random(2000));
		world.cutOff.clear();
		await world.until(
			() =>
				world.nodes.filter(({ node }) => node.leads).length === 1 &&
				world.nodes.every(({ node }) => node.wrong === undefined),
		);
		await world.advance(500);
		for (const { person, email } of claims)
			if (!person.closed && !person.isIn) person.auth(codeFor(email) ?? "");
		await world.advance(1000);
		const owners = world.nodes.map(
			({ server }) => server.state.server.context.names.get(name)?.identity,
		);
		expect(new Set(owners).size).toBe(1);
		const inside = claims.filter(({ person }) => person.isIn);
		expect(inside.length).toBeLessThanOrEqual(1);
		for (const { person } of claims) person.hangUp();
	}
	// One more reads it all from the beginning.
	await world.start();
	await world.advance(1000);
	const terms = world.stream.messages.flatMap((message) =>
		message?.kind === "claim" ? message.term : [],
	);
	expect(new Set(terms).size).toBe(terms.length);
	expect(terms.length).toBeGreaterThan(rounds / 2);
	for (const { id, failed, server } of world.nodes)
		expect([id, failed.error ?? server.fatal]).toEqual([id, undefined]);
	const hashes = world.nodes.map(({ server }) => server.state.hash());
	expect(new Set(hashes).size).toBe(1);
});
