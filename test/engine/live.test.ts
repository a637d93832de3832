/** When a client has an actor, which is large, and when it does without. */
import { expect, test } from "vitest";
import { House } from "../house.ts";

/** Asking for it wakes it, so it is the same only if it has not rested since. */
function actorOf({ state }: House, id: string) {
	return new Map(state.all()).get(id)?.actor;
}

test("whoever is in a room has no actor of their own, and loses and resumes their place all the same", async () => {
	const house = await House.open();
	const ann = await house.enter("ann", "plume.2");
	const client = String(ann.memory.client);
	const standing = () => house.state.client(client)?.value;
	const actor = actorOf(house, client);
	ann.hangUp();
	await house.settle();
	expect(standing()).toEqual({ inRoom: "detached" });
	expect(actorOf(house, client)).not.toBe(actor);
	house.connect("plume.2").open(ann.memory);
	await house.settle();
	expect(standing()).toEqual({ inRoom: "attached" });
});

test("while somebody looks a client keeps its actor, and rests when they leave", async () => {
	const house = await House.open();
	const ann = await house.enter("ann", "plume.2");
	const client = String(ann.memory.client);
	const leave = house.tap.watch(() => {});
	const actor = actorOf(house, client);
	ann.hangUp();
	await house.settle();
	expect(actorOf(house, client)).toBe(actor);
	leave();
	expect(actorOf(house, client)).not.toBe(actor);
});
