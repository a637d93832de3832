/** A node that decided, and finds out that another one does now. */
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { seeded } from "../fakes/disk.ts";
import { FakeSearchStore } from "../fakes/search-store.ts";
import { Nodes } from "./nodes.ts";

const HOUR_MS = 3_600_000;

/** Two nodes, and ann on the one that decides: from here on it can't store anything, and so learns that it does not decide any more once `depose` lets it. */
async function cutOff() {
	const world = new Nodes(seeded(6), { searchStore: new FakeSearchStore() });
	for (let nth = 0; nth < 2; nth++) await world.start();
	const first = world.sequencer;
	const other = world.nodes.find((one) => one !== first);
	if (!first || !other) throw new Error("no nodes");
	const ann = await world.enter(first, "ann");
	ann.say("hello", 1);
	await world.advance(500);
	world.cutOff.add(first.id);
	ann.say("to nobody", 2);
	async function depose() {
		await world.until(() => other?.node.leads === true);
		world.cutOff.delete(first?.id ?? "");
		await world.until(() => first?.node.leads === false);
		await world.advance(500);
	}
	return { world, server: first.server, ann, depose };
}

test("who read history meanwhile can read on", async () => {
	const { world, ann, depose } = await cutOff();
	const { room, epoch } = ann.memory;
	ann.askHistory({ room, epoch, before: 3, id: "lost" });
	await depose();
	expect(ann.closed).toBeUndefined();
	ann.askHistory({ room, epoch, before: 3, id: "again" });
	await world.advance(500);
	const answers = ann.received.filter(({ id }) => id === "again");
	expect(answers).toMatchObject([{ type: types.history }]);
});

test.each([
	["say", "We move on Sunday."],
	["remove", "2"],
] as const)(
	"the operator who waits for %s is told to look whether it was done",
	async (command, what) => {
		const { server, depose } = await cutOff();
		const asked = server.operate(command, "lobby", what);
		const refused = expect(asked).rejects.toThrow("See whether this was done");
		await depose();
		await refused;
	},
);

test("what is too old is deleted by a node that was deposed while it did so", async () => {
	const environment = { PLUME_RETENTION: "1h" };
	const world = new Nodes(seeded(6), { environment });
	async function pass(ms: number) {
		world.clock.advance(ms);
		await world.until(() => world.sequencer !== undefined);
		await world.advance(5000);
	}
	async function say(name: string, text: string) {
		const [node] = world.nodes;
		const person = node && (await world.enter(node, name));
		person?.say(text, 1);
		await world.advance(500);
		expect(await world.stored()).toContain(text);
	}
	for (let nth = 0; nth < 2; nth++) await world.start();
	await pass(HOUR_MS);
	await say("ann", "first words");
	await pass(0.8 * HOUR_MS);
	const { sequencer: first } = world;
	const other = world.nodes.find((one) => one !== first);
	if (!first || !other) throw new Error("no nodes");
	world.cutOff.add(first.id);
	world.clock.advance(HOUR_MS);
	await world.until(() => other.node.leads);
	world.cutOff.delete(first.id);
	await world.until(() => !first.node.leads);
	await world.kill(other);
	await world.until(() => first.node.leads);
	await say("bob", "last words");
	await pass(HOUR_MS);
	await pass(HOUR_MS);
	expect(await world.stored()).not.toContain("last words");
});
