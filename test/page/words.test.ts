/** What waits for the words it needs. */
import { expect, test, vi } from "vitest";

let arrive = (_: readonly object[]) => {};
const words = new Promise((resolve) => {
	arrive = resolve;
});
vi.mock("../../static/catalogue.ts", () => ({
	...{ language: "de", list: [], english: {}, byEnglish: {} },
	load: () => words,
}));
vi.mock("../../static/words-key.js", () => ({
	wordsKey: (key: string) => key,
}));

test("what an act leaves for later comes before the acts that wait behind it", async () => {
	vi.stubGlobal("reportError", expect.unreachable);
	const { inWords } = await import("../../static/words.ts");
	const done: string[] = [];
	const act = (what: string) => () => void done.push(what);
	inWords(true, act("refusal"));
	inWords(false, () => {
		done.push("welcome");
		queueMicrotask(act("room is open"));
	});
	inWords(false, act("line"));
	expect(done).toEqual([]);
	arrive([[], {}]);
	await vi.waitFor(() => expect(done).toHaveLength(4), 30_000);
	expect(done).toEqual(["refusal", "welcome", "room is open", "line"]);
	inWords(false, act("at once"));
	expect(done.at(-1)).toBe("at once");
});
