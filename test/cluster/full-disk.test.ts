/** One machine of a cluster has a full disk. */
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { textOf } from "../../src/log/disk.ts";
import { Health } from "../../src/transport/health.ts";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { Nodes } from "./nodes.ts";
import { World } from "./world.ts";

const SEGMENT = "log/00000000000000000001.ndjson";

const isFull: FakeDisk["interrupt"] = ({ kind }) =>
	kind === "write" ? { code: "ENOSPC" } : undefined;

test("a batch is in the stream once, though the disk took it at the third try", async () => {
	const world = new Nodes(seeded(1));
	const disk = new FakeDisk();
	const node = await world.start({ disk });
	const ann = await world.enter(node, "ann");
	disk.interrupt = isFull;
	ann.say("hello", 1);
	await world.advance(2500);
	expect(node.server.log.frozen).toBe(true);
	disk.interrupt = () => undefined;
	await world.advance(2000);
	expect(ann.lines).toEqual(["ann: hello"]);
	const all = await world.stored();
	expect(all.split('"text":"hello"')).toHaveLength(3);
	const fresh = await world.start();
	expect(fresh.server.state.hash()).toBe(node.server.state.hash());
});

test("an edge whose disk is full says so, and goes on once there is room", async () => {
	const world = await World.open(1);
	const disk = new FakeDisk();
	const full = await world.startEdge("full", disk);
	const ann = await world.enter(full, "ann");
	disk.interrupt = isFull;
	ann.say("hello", 1);
	await world.advance(3000);
	expect(world.fatal).toEqual([]);
	expect(full.server.log.frozen).toBe(true);
	expect(ann.last(types.refused)).toMatchObject({ code: "diskHasSpace" });
	expect(ann.lines).toEqual([]);
	disk.interrupt = () => undefined;
	await world.advance(2000);
	expect(ann.lines).toEqual(["ann: hello"]);
	expect(await textOf(disk, SEGMENT)).toBe(
		await textOf(world.sequencer.disk, SEGMENT),
	);
});

test("an edge is unhealthy while the disk of its sequencer is full", async () => {
	const world = await World.open(0);
	const disk = new FakeDisk();
	await world.startSequencer(disk);
	const edge = await world.startEdge("edge");
	const { server, edge: cluster } = edge;
	const { clock } = world;
	const report = { info() {}, warn() {} };
	const limits = { sheddingDelayMilliseconds: 200 };
	const health = new Health({
		...{ clock, limits, log: server.log, cluster, report },
	});
	const ann = await world.enter(edge, "ann");
	disk.interrupt = isFull;
	ann.say("hello", 1);
	await world.advance(1000);
	expect(health.wrong).toBe("the disk takes no writes");
	expect(health.notReady).toBe("the disk takes no writes");
	disk.interrupt = () => undefined;
	await world.advance(2000);
	expect(health.notReady).toBeUndefined();
	health.close();
});

test("a new edge knows at once that the disk of its sequencer is full", async () => {
	const world = await World.open(0);
	const disk = new FakeDisk();
	await world.startSequencer(disk);
	const ann = await world.enter(world.sequencer, "ann");
	disk.interrupt = isFull;
	ann.say("hello", 1);
	await world.advance(1000);
	const { edge } = await world.startEdge("late");
	expect(edge.isFrozen).toBe(true);
});

test("an edge whose disk fills while it stops ends", async () => {
	const world = await World.open(1);
	const [edge] = world.edges;
	const disk = new FakeDisk();
	const full = await world.startEdge("full", disk);
	const ann = edge && (await world.enter(edge, "ann"));
	let isFilling = false;
	disk.interrupt = (call) => {
		if (call.kind !== "write" || isFilling) return isFull(call);
		isFilling = true;
		return new Promise((fail) => setImmediate(() => fail(isFull(call))));
	};
	ann?.say("hello", 1);
	while (!isFilling) await new Promise((turn) => setImmediate(turn));
	full.edge.close();
	let isOver = false;
	void full.server.engine.stop().then(() => {
		isOver = true;
	});
	await world.advance(1000);
	expect(isOver).toBe(true);
	expect(world.fatal).toEqual([]);
});

test("an edge hears no more than it can hold while its disk is full, and all of it once there is room", async () => {
	const environment = { PLUME_LIMITS: "off" };
	const world = await World.open(1, { environment });
	const [edge] = world.edges;
	const disk = new FakeDisk();
	const full = await world.startEdge("full", disk);
	const ann = edge && (await world.enter(edge, "ann"));
	const bob = await world.enter(full, "bob");
	disk.interrupt = isFull;
	let said = 0;
	while (said < 4000 && !full.edge.wrong) {
		for (let n = 0; n < 100; n++) ann?.say("long ".repeat(800), ++said);
		await world.advance(100);
	}
	expect(full.edge.wrong).toBe("the sequencer can't be reached");
	await world.advance(10_000);
	bob.say("and I?", 1);
	await world.advance(10_000);
	const refused = bob.received.filter(({ type }) => type === types.refused);
	const codes = refused.map(({ code }) => code);
	expect([...new Set(codes)]).toEqual(["diskHasSpace"]);
	disk.interrupt = () => undefined;
	await world.advance(10_000);
	expect(full.edge.wrong).toBeUndefined();
	expect(await textOf(disk, SEGMENT)).toBe(
		await textOf(world.sequencer.disk, SEGMENT),
	);
	expect(world.fatal).toEqual([]);
});

test("an edge hears no more than it can hold while its disk does not answer", async () => {
	const environment = { PLUME_LIMITS: "off" };
	const world = await World.open(1, { environment });
	const [edge] = world.edges;
	const disk = new FakeDisk();
	const slow = await world.startEdge("slow", disk);
	const ann = edge && (await world.enter(edge, "ann"));
	let answer = () => {};
	const answered = new Promise<undefined>((done) => {
		answer = () => done(undefined);
	});
	disk.interrupt = ({ kind }) => (kind === "write" ? answered : undefined);
	let said = 0;
	while (said < 4000 && !slow.edge.wrong) {
		for (let n = 0; n < 100; n++) ann?.say("long ".repeat(800), ++said);
		await world.advance(100);
	}
	await world.advance(3000);
	expect(slow.edge.wrong).toBe("the sequencer can't be reached");
	disk.interrupt = () => undefined;
	answer();
	await world.advance(10_000);
	expect(slow.edge.wrong).toBeUndefined();
	expect(await textOf(disk, SEGMENT)).toBe(
		await textOf(world.sequencer.disk, SEGMENT),
	);
	expect(world.fatal).toEqual([]);
});

/** Two nodes on NATS, of which the second has a disk that has just filled. */
async function withFullNode(environment = {}) {
	const world = new Nodes(seeded(1), { environment });
	const first = await world.start();
	const disk = new FakeDisk();
	const full = await world.start({ disk });
	const ann = await world.enter(first, "ann");
	disk.interrupt = isFull;
	ann.say("hello", 1);
	await world.until(() => full.server.log.frozen);
	return { world, first, disk, full };
}

test("a node on NATS whose disk is full stops when it is asked to", async () => {
	const { world, full } = await withFullNode();
	let isOver = false;
	const stopping = full.node.close().then(async () => {
		await full.server.engine.stop();
		isOver = true;
	});
	await world.until(() => isOver);
	await stopping;
	expect(full.failed.error).toBeUndefined();
});

test("a node on NATS that hears no more asks nobody until there is room", async () => {
	const off = { PLUME_LIMITS: "off" };
	const { world, first, disk, full } = await withFullNode(off);
	const typing = { kind: "typing", client: "c", room: "lobby" } as const;
	for (let n = 0; n < 10_000; n++) first.node.signal(typing);
	await world.until(() => full.node.wrong !== undefined);
	await world.advance(2000);
	const gone = world.warnings.filter((it) => it.includes("an edge is gone"));
	expect(gone).toHaveLength(1);
	disk.interrupt = () => undefined;
	await world.until(() => full.node.wrong === undefined);
	expect(full.server.log.committed).toBe(first.server.log.committed);
});
