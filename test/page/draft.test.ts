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
	storage.keepInDraft("reef", "one");
	storage.saveDraft("reef", "the next", "edit");
	storage.keepInDraft("reef", "two");
	expect(stored()).toEqual(["a draft\none\ntwo", "the next"]);
});

test("the words of an edit are not put behind a command, which waits", async () => {
	vi.stubGlobal("window", {});
	vi.stubGlobal("document", { querySelector: () => null });
	vi.useFakeTimers();
	const storage = await import("../../static/storage.ts");
	const { WaitingWords } = await import("../../static/refused-words.ts");
	const room = "sea";
	let resumed = "";
	const waiting = new WaitingWords({
		isFree: () => true,
		resume: ({ text }) => {
			resumed = text;
		},
	});
	waiting.enter(room);
	storage.saveDraft(room, "/mute troll 10m");
	waiting.keepInDraft(room, "the new words");
	expect(storage.storedDraft(room)).toBe("the new words");
	vi.advanceTimersByTime(4_000);
	expect(resumed).toBe("/mute troll 10m");
	vi.useRealTimers();
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
	waiting.enter(room);
	for (const text of ["one", "two", "three"])
		waiting.add({ room, text, words: "No." });
	isFree = true;
	vi.advanceTimersByTime(2_000);
	expect(resumed).toEqual(["one"]);
	storage.keepEdits("No answer.");
	expect(storage.storedDraft(room)).toBe("two\nthree");
	storage.keepEdits("No answer.");
	expect(storage.storedDraft(room)).toBe("two\nthree");
	vi.useRealTimers();
});

test("a room whose lines are all sent has none", async () => {
	vi.stubGlobal("window", {});
	const storage = await import("../../static/storage.ts");
	const line = { text: "hi", by: "", n: 0, why: "" };
	for (const room of ["lobby", "mole", "~board"])
		storage.saveLines(room, [line]);
	storage.saveLines("mole", []);
	expect(storage.roomsWithLines()).toEqual(["lobby", "~board"]);
});

test("a page that was loaded anew goes on to erase everything, but not an hour later", async () => {
	vi.useFakeTimers();
	vi.stubGlobal("window", {});
	const storage = await import("../../static/storage.ts");
	storage.saveFarewell("All is gone.");
	vi.advanceTimersByTime(3_599_999);
	expect(storage.storedFarewell()).toBe("All is gone.");
	expect(storage.isFarewellOld()).toBe(false);
	vi.advanceTimersByTime(1);
	expect(storage.storedFarewell()).toBe("");
	expect(storage.isFarewellOld()).toBe(true);
	storage.saveFarewell("All is gone.");
	storage.saveFarewell("");
	expect(storage.storedFarewell()).toBe("");
	expect(storage.isFarewellOld()).toBe(false);
	vi.useRealTimers();
});

test("a command that waits is never in the draft, and waits again in its room", async () => {
	vi.stubGlobal("window", {});
	vi.stubGlobal("document", { querySelector: () => null });
	vi.useFakeTimers();
	const storage = await import("../../static/storage.ts");
	const { WaitingWords } = await import("../../static/refused-words.ts");
	let isFree = false;
	const resumed: object[] = [];
	const made = () =>
		new WaitingWords({
			isFree: () => isFree,
			resume: (refused) => resumed.push(refused),
		});
	const room = "quay";
	const command = { room, text: "/block gus", words: "No answer." };
	const edit = { room, text: "other words", words: "No." };
	storage.saveDraft(room, "hello, all");
	const waiting = made();
	waiting.enter(room);
	waiting.add({ ...command, isCommand: true });
	waiting.add(edit);
	waiting.enter("pier");
	isFree = true;
	vi.advanceTimersByTime(2_000);
	expect(resumed).toEqual([]);

	storage.keepEdits("No answer.");
	expect(storage.storedDraft(room)).toBe("hello, all\nother words");
	isFree = false;
	const anew = made();
	anew.enter(room);
	vi.advanceTimersByTime(2_000);
	isFree = true;
	vi.advanceTimersByTime(2_000);
	expect(resumed).toEqual([{ ...command, isCommand: true }]);
	made().enter(room);
	vi.advanceTimersByTime(2_000);
	expect(resumed).toHaveLength(1);

	isFree = false;
	anew.add({ ...command, isCommand: true });
	expect(storage.storedCommands(room)).toMatchObject([command]);
	// Another person is here.
	storage.dropPendingSends();
	expect(storage.storedCommands(room)).toEqual([]);
	vi.useRealTimers();
});
