/** What a tab stores of the words that are being written, and of what is still to be erased. */
import { expect, test, vi } from "vitest";

test("the words of a refused edit go behind the draft, and leave those of the next edit where they are", async () => {
	vi.stubGlobal("window", {});
	const storage = await import("../../static/storage.ts");
	const stored = () =>
		(["draft", "edit"] as const).map((item) =>
			storage.storedDraft("reef", item),
		);
	storage.saveDraft("reef", "a draft");
	storage.saveDraft("reef", "one", "edit");
	storage.keepInDraft("reef", "one");
	expect(stored()).toEqual(["a draft\none", ""]);
	storage.saveDraft("reef", "the next", "edit");
	storage.keepInDraft("reef", "two");
	expect(stored()).toEqual(["a draft\none\ntwo", "the next"]);
});

test("two edits that wait are both in the draft once the page is loaded anew", async () => {
	vi.stubGlobal("window", {});
	vi.stubGlobal("document", { querySelector: () => null });
	vi.useFakeTimers();
	const storage = await import("../../static/storage.ts");
	const { WaitingWords } = await import("../../static/refused-words.ts");
	let isFree = false;
	const resumed: string[] = [];
	const waiting = new WaitingWords({
		isFree: () => isFree,
		resume: ({ text }) => resumed.push(text),
	});
	const room = "cave";
	for (const text of ["one", "two", "three"])
		waiting.add({ room, text, words: "No." });
	isFree = true;
	vi.advanceTimersByTime(2_000);
	expect(resumed).toEqual(["one"]);
	storage.keepEdits();
	expect(storage.storedDraft(room)).toBe("two\nthree");
	storage.keepEdits();
	expect(storage.storedDraft(room)).toBe("two\nthree");
	vi.useRealTimers();
});

test("a page that was loaded anew goes on to erase everything, but not an hour later", async () => {
	vi.useFakeTimers();
	vi.stubGlobal("window", {});
	const storage = await import("../../static/storage.ts");
	storage.saveFarewell("All is gone.");
	vi.advanceTimersByTime(3_599_999);
	expect(storage.storedFarewell()).toBe("All is gone.");
	vi.advanceTimersByTime(1);
	expect(storage.storedFarewell()).toBe("");
	storage.saveFarewell("All is gone.");
	storage.saveFarewell("");
	expect(storage.storedFarewell()).toBe("");
	vi.useRealTimers();
});
