/** Nodes on one stream: one decides, and any of them may die. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { seeded } from "../fakes/disk.ts";
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
