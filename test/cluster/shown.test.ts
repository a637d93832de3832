/** What the inspector shows of a node. */
import { expect, test } from "vitest";
import { State } from "../../src/engine/state.ts";
import { Inspector } from "../../src/inspector/inspector.ts";
import { seeded } from "../fakes/disk.ts";
import { Nodes } from "./nodes.ts";

test("a node is shown as an edge until it decides", async () => {
	const nodes = new Nodes(seeded(1));
	const first = await nodes.start();
	const second = await nodes.start();
	const states = { committed: State.initial({ id: "" }) };
	const inspector = new Inspector(states, 0, second.node);
	const { id: node } = second;
	const edge = { node, state: "edge", term: 1, sequencer: first.id };
	expect(inspector.node).toMatchObject(edge);
	void nodes.kill(first);
	await nodes.until(() => second.node.leads);
	const decides = { node, state: "sequencer", term: 2, sequencer: node };
	expect(inspector.node).toMatchObject(decides);
});
