/** What the window of lines holds. */
import { expect, test, vi } from "vitest";

vi.mock("../../static/autoscroll.ts", () => ({
	Autoscroll: class {
		isFollowing = true;
		isDetached = false;
		countUnread = () => {};
	},
}));
vi.mock("../../static/element.ts", () => ({
	find: () => ({ classList: { toggle: () => {} } }),
}));
/** How many lines were drawn last. */
let drawn = 0;
vi.mock("../../static/row.ts", () => ({
	...{ continues: () => false, isTalk: () => true },
	rowsOf: ({ length }: readonly object[]) => {
		drawn = length;
	},
}));
vi.mock("../../static/row-list.ts", () => ({
	rowList: () => ({ length: 0, draw: () => {} }),
}));

async function open() {
	const { Timeline } = await import("../../static/timeline.ts");
	const page = { name: "ann", isBlocked: () => false };
	return new Timeline(Object(page), Object({ members: () => [] }));
}
const at = (offset: number) => ({
	...{ room: "reef", epoch: "e", offset, time: 1_800_000_000_000 + offset },
	...{ name: "bob", client: "b" },
});

test("what is marked as unread in a window that ends before the room counts up to its end", async () => {
	const timeline = await open();
	for (const offset of [1, 2, 3])
		timeline.add({ kind: "said", text: "hi", ...at(offset) });
	expect(timeline.saidFrom(2)).toBe(2);
	timeline.autoscroll.isDetached = true;
	timeline.add({ kind: "said", text: "far below", ...at(3_000) });
	expect(timeline.saidFrom(2)).toBe(2_999);
});

test("comings and goings where nobody talks are dropped in time", async () => {
	const timeline = await open();
	for (let offset = 1; offset <= 2_010; offset++)
		timeline.add({ kind: offset % 2 ? "entered" : "left", ...at(offset) });
	expect(drawn).toBe(500);
	// Nor are they loaded again.
	expect(timeline.from).toBe(1);
});

test("what was said stays on the screen however many come in", async () => {
	const timeline = await open();
	timeline.add({ kind: "said", text: "read this", ...at(1) });
	for (let offset = 2; offset <= 2_100; offset++)
		timeline.add({ kind: offset % 2 ? "left" : "entered", ...at(offset) });
	expect(timeline.lineAt(1)).toBeDefined();
	expect(timeline.from).toBe(1);
});
