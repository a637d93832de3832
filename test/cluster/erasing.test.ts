/** What is deleted leaves the stream, and nobody waits for that who need not. */
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { textOf } from "../../src/log/disk.ts";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { Nodes } from "./nodes.ts";

const HOUR_MS = 3_600_000;

async function said(text: string) {
	const world = new Nodes(seeded(6));
	const node = await world.start();
	const ann = await world.enter(node, "ann");
	ann.say(text, 1);
	await world.advance(500);
	const { room, epoch, offset: target } = ann.memory;
	const erase = () => ann.erase({ room, epoch, target, id: "gone" });
	return { world, node, ann, erase };
}

test("while a text leaves the stream, others talk on", async () => {
	const { world, node, ann, erase } = await said("a word too many");
	const ben = await world.enter(node, "ben");
	let leave = () => {};
	const left = new Promise<void>((resolve) => {
		leave = resolve;
	});
	const { stream } = world;
	const eraseNow = stream.erase.bind(stream);
	stream.erase = (...it) => left.then(() => eraseNow(...it));
	erase();
	await world.advance(500);
	ben.say("what was that?", 1);
	await world.advance(500);
	expect(ann.lines.at(-1)).toBe("ben: what was that?");
	expect(ann.last(types.erase)).toBeUndefined();
	leave();
	await world.advance(500);
	expect(ann.last(types.erase)).toMatchObject({ id: "gone" });
	expect(await world.stored()).not.toContain("a word too many");
});

test("a node that comes to decide erases nothing again that is long gone", async () => {
	const { world, node, ann, erase } = await said("a word too many");
	erase();
	await world.advance(1000);
	expect(world.stream.asked.erase).toBe(1);
	world.clock.advance(HOUR_MS);
	await world.until(() => node.node.leads);
	ann.say("an hour later", 2);
	await world.advance(1000);
	const other = await world.start();
	await world.kill(node);
	await world.until(() => other.node.leads);
	await world.advance(2000);
	expect(world.stream.asked.erase).toBe(1);
});

test("nor one that decides before it has erased in its own files", async () => {
	const { world, node, ann, erase } = await said("a word too many");
	const SEGMENT = "log/00000000000000000001.ndjson";
	const before = await textOf(node.disk, SEGMENT);
	erase();
	await world.advance(1000);
	world.clock.advance(HOUR_MS);
	await world.until(() => node.node.leads);
	ann.say("an hour later", 2);
	await world.advance(1000);
	// As if it had ended between the commit and the overwriting of its own file.
	const after = await textOf(await world.kill(node), SEGMENT);
	const log = Buffer.from(before + after.slice(before.length));
	const disk = new FakeDisk([[SEGMENT, log]]);
	const fullUntil = world.clock.now() + 10_000;
	disk.interrupt = ({ kind, path }) =>
		kind === "write" && path === SEGMENT && world.clock.now() < fullUntil
			? { code: "ENOSPC" }
			: undefined;
	const alone = await world.start({ disk });
	await world.advance(5000);
	expect(alone.node.leads).toBe(true);
	expect(alone.server.log.frozen).toBe(false);
	expect(world.stream.asked.erase).toBe(1);
});
