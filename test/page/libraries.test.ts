/** The build leaves out what the page never uses of its libraries. */
import { expect, test } from "vitest";
import type { AnyStateNode } from "xstate";
import { pageMachine } from "../../machines/page.ts";

const withChildren = (node: AnyStateNode): readonly AnyStateNode[] => [
	node,
	...Object.values(node.states).flatMap(withChildren),
];

test("the page's machine has no kind of state that is left out of XState", () => {
	const nodes = withChildren(pageMachine.root);
	const kinds = new Set(nodes.map(({ type }) => type));
	expect(kinds).toEqual(new Set(["compound", "atomic"]));
	expect(nodes.flatMap(({ invoke }) => invoke)).toEqual([]);
});
