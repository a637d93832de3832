/** What a screen reader reads of a room. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const region = { textContent: "" };
vi.mock("../../static/element.ts", () => ({ find: () => region }));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const at = (offset: number) => ({
	...{ room: "reef", epoch: "e", offset, time: 0, client: "c" },
});
const said = (offset: number, name: string, text: string) => ({
	...({ kind: "said", name, text, ...at(offset) } as const),
});

async function open() {
	const { liveRegion } = await import("../../static/live-region.ts");
	return liveRegion();
}

test("an erasure leaves what others said to be read", async () => {
	const { say, change } = await open();
	say(said(1, "ann", "gone"));
	say(said(2, "bob", "stays"));
	say(said(3, "ann", "teh"));
	change({ kind: "erased", target: 1, ...at(4), name: "ann" });
	const edited = { target: 3, text: "the", name: "ann" };
	change({ kind: "edited", ...edited, ...at(5) });
	await vi.advanceTimersByTimeAsync(250);
	expect(region.textContent).toBe("bob: stays\nann: the");
});

test("what can be read now is gone once it is erased", async () => {
	const { say, change } = await open();
	say(said(1, "ann", "gone"));
	await vi.advanceTimersByTimeAsync(250);
	change({ kind: "erased", target: 9, ...at(10), name: "bob" });
	expect(region.textContent).toBe("ann: gone");
	change({ kind: "erased", target: 1, ...at(11), name: "ann" });
	expect(region.textContent).toBe("");
});
