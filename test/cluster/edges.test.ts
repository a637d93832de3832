/** People on several edges of one sequencer are in one chat. */
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { World } from "./world.ts";

test("two people on two edges talk", async () => {
	const world = await World.open(2);
	const [one, two] = world.edges;
	if (!one || !two) throw new Error("no edges");
	const ann = await world.enter(one, "ann");
	const ben = await world.enter(two, "ben", "classic");
	expect([ann.isIn, ben.isIn]).toEqual([true, true]);
	ann.say("hello", 1);
	await world.settle();
	ben.say("hello yourself");
	await world.settle();
	const said = ["ann: hello", "ben: hello yourself"];
	expect(ann.lines).toEqual(said);
	expect(ben.lines).toEqual(["ben: entered chat", ...said]);
	expect(ann.last(types.ack)).toMatchObject({ last: 1 });
	for (const { server } of world.edges)
		expect(server.state.hash()).toBe(world.sequencer.server.state.hash());
});
