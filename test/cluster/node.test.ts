/** Nodes on one stream: one decides, and any of them may die. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { seeded } from "../fakes/disk.ts";
import type { Person } from "../test-server.ts";
import { Member } from "./member.ts";
import { Nodes, type StreamNode } from "./nodes.ts";

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

const FAULTS = ["kill", "cut", "elect", "readers", "hang up"] as const;

test("whatever fails, each line is said once, in one order, and all nodes agree", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer(),
			fc.array(fc.constantFrom(...FAULTS), { minLength: 2, maxLength: 6 }),
			storyHolds,
		),
		{ numRuns: Number(process.env.TEST_RUNS ?? 8) },
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
	const pick = (nodes: readonly StreamNode[]) => {
		const node = nodes[random(nodes.length)];
		if (!node) throw new Error("no node is left");
		return node;
	};
	const members: Member[] = [];
	for (const name of ["ann", "ben", "cem", "dot"])
		members.push(new Member(name, await world.enter(pick(world.nodes), name)));
	const live = async (ms: number) => {
		for (let at = 0; at < ms; at += 100) {
			for (const member of members) member.live(world, pick);
			await world.advance(100);
		}
	};
	const talk = async () => {
		for (const member of members) if (random(3) > 0) member.say();
		await live(300);
	};
	for (const fault of faults) {
		for (let nth = 0; nth < 3; nth++) await talk();
		const victim = random(2)
			? (world.sequencer ?? pick(world.nodes))
			: pick(world.nodes);
		if (fault === "kill" && world.nodes.length > 1) {
			world.kill(victim);
			await talk();
			await world.start();
		} else if (fault === "cut") {
			world.cutOff.add(victim.id);
			await live(200 + random(9000));
			world.cutOff.delete(victim.id);
		} else if (fault === "elect") world.stream.elect(random(8000));
		else if (fault === "readers") world.stream.killReaders();
		else members[random(members.length)]?.hangUp();
		await talk();
	}
	world.stream.trouble = 0;
	for (let nth = 0; nth < 600 && !members.every(({ isDone }) => isDone); nth++)
		await live(100);
	await live(5000);
	if (process.env.TEST_STORY)
		console.info(
			JSON.stringify(members.map(({ status }) => status)),
			JSON.stringify(
				world.nodes.map(({ id, node, server }) => ({
					id,
					leads: node.leads,
					wrong: node.wrong,
					c: server.log.committed,
					o: server.log.ordered,
					people: server.people
						.filter((p) => !p.closed)
						.map((p) => [p.memory.client, p.isIn]),
					members: [...(server.state.room("lobby")?.context.members ?? [])].map(
						([c, m]) => [c, m.name, m.node, m.deadline],
					),
				})),
			),
		);
	for (const { id, failed, server } of world.nodes)
		expect([id, failed.error ?? server.fatal]).toEqual([id, undefined]);
	const [first] = members;
	const order = [...(first?.seen ?? [])].sort(([a], [b]) => a - b);
	for (const member of members) {
		expect([member.name, member.isDone, member.faults]).toEqual([
			member.name,
			true,
			[],
		]);
		const said = order.filter(
			([, { user, type }]) => type === types.text && user?.name === member.name,
		);
		expect(said.map(([, { text }]) => text)).toEqual(member.lines);
		const seen = [...member.seen]
			.sort(([a], [b]) => a - b)
			.filter(([at]) => at > 12);
		expect(seen).toEqual(order.filter(([at]) => at > 12));
	}
	const hashes = world.nodes.map(({ server }) => server.state.hash());
	expect(new Set(hashes).size).toBe(1);
}

test.runIf(process.env.TEST_STORY)("one story", async () => {
	const [seed, ...faults] = (process.env.TEST_STORY ?? "").split(",");
	await storyHolds(Number(seed), faults as never);
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
	for (let nth = 0; nth < 3; nth++) await world.start();
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
		world.kill(first);
		world.kill(second);
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

test("whoever wins the office, a name that three claim at once has one owner on every node", async () => {
	const rounds = Number(process.env.TEST_CLAIMS ?? 15);
	const random = seeded(4);
	const environment = { PLUME_LIMITS: "off" };
	const world = new Nodes(random, { environment });
	for (let nth = 0; nth < 3; nth++) await world.start();
	for (let round = 0; round < rounds; round++) {
		const name = `name${round}`;
		const claims = world.nodes.map(({ id, server }) => {
			const person = server.connect("plume.2");
			const email = `${id}.${round}@example.org`;
			person.hello(name, email);
			return { person, email };
		});
		const codeFor = (email: string) =>
			world.nodes
				.flatMap(({ server }) => server.mailer.sent)
				.find(({ to }) => to === email)?.code;
		await world.until(() => claims.every(({ email }) => codeFor(email)));
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
