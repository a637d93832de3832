/** A node whose data folder and whose stream have not the same log. */
import { expect, test } from "vitest";
import { ConfigError } from "../../src/config.ts";
import { seeded } from "../fakes/disk.ts";
import { Nodes } from "./nodes.ts";

/** A world in which ann has said these. */
async function world(...texts: readonly string[]) {
	const nodes = new Nodes(seeded(1));
	const node = await nodes.start();
	const ann = await nodes.enter(node, "ann");
	for (const [nth, text] of texts.entries()) {
		ann.say(text, nth + 1);
		await nodes.advance(500);
	}
	return { nodes, node };
}

test.each([
	["longer", ["one", "two", "three"]],
	["of other words", ["two"]],
])("a node with another log, %s, does not start", async (_, texts) => {
	const restored = await world("one");
	const other = await world(...texts);
	const disk = await other.nodes.kill(other.node);
	const { nodes, node } = restored;
	const { length } = nodes.stream.messages;
	await expect(nodes.start({ disk })).rejects.toThrow(ConfigError);
	expect(nodes.stream.messages).toHaveLength(length);
	expect(node.failed.error).toBeUndefined();
});

test("a log of files does not begin a stream", async () => {
	const { nodes, node } = await world("one");
	const disk = await nodes.kill(node);
	const empty = new Nodes(seeded(1));
	await expect(empty.start({ disk })).rejects.toThrow("plume migrate");
	expect(empty.stream.messages).toEqual([]);
});

test("a node whose log is that of the stream starts", async () => {
	const { nodes, node } = await world("one");
	const again = await nodes.start({ disk: await nodes.kill(node) });
	await nodes.enter(again, "ben");
	expect(again.failed.error).toBeUndefined();
});

test.each([
	["NATS was away before", "away ".repeat(15) + "lacks ".repeat(5)],
	["NATS went away again", "lacks lacks away ".repeat(6)],
])(
	"a stream that lacks its end for a moment is no other one, though %s",
	async (_, how) => {
		const { nodes, node } = await world("one");
		const disk = await nodes.kill(node);
		const last = nodes.stream.last.bind(nodes.stream);
		const answers = how.trim().split(" ");
		nodes.stream.last = async () => {
			const answer = answers.shift();
			if (answer === "away") throw new Error("no NATS");
			return answer ? 0 : last();
		};
		const again = await nodes.start({ disk });
		expect(again.failed.error).toBeUndefined();
	},
);
