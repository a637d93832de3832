/** One machine of a cluster has a full disk. */
import { expect, test } from "vitest";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { Nodes } from "./nodes.ts";

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
