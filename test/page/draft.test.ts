/** What a tab stores of the words that are being written, and of what is still to be erased. */
import { expect, test, vi } from "vitest";

test("the words of an edit are not put behind a command, which waits", async () => {
	vi.stubGlobal("window", {});
	const storage = await import("../../static/storage.ts");
	storage.saveDraft("sea", "/mute troll 10m");
	for (const text of ["one", "two"]) storage.keepInDraft("sea", text);
	expect(storage.storedDraft("sea")).toBe("one\ntwo");
	expect(storage.storedCommands("sea")).toMatchObject([
		{ text: "/mute troll 10m" },
	]);
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

test("a command and an edit that wait are never in the draft, and wait again in their room", async () => {
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
	const about = { epoch: "e", offset: 1 };
	const edit = { room, text: "other words", words: "No.", ...about };
	storage.saveDraft(room, "hello, all");
	const waiting = made();
	waiting.enter(room);
	waiting.add(command);
	waiting.add(edit);
	waiting.enter("pier");
	isFree = true;
	vi.advanceTimersByTime(2_000);
	expect(resumed).toEqual([]);

	expect(storage.storedDraft(room)).toBe("hello, all");
	expect(storage.unsentWords(room)).toBe("other words\nhello, all");
	isFree = false;
	const anew = made();
	anew.enter(room);
	vi.advanceTimersByTime(2_000);
	isFree = true;
	vi.advanceTimersByTime(2_000);
	expect(resumed).toEqual([edit]);
	vi.advanceTimersByTime(2_000);
	expect(resumed).toEqual([edit, command]);
	made().enter(room);
	vi.advanceTimersByTime(2_000);
	expect(resumed).toHaveLength(2);

	isFree = false;
	anew.add(command);
	expect(storage.storedCommands(room)).toMatchObject([command]);
	// Another person is here.
	storage.dropPendingSends();
	expect(storage.storedCommands(room)).toEqual([]);
	vi.useRealTimers();
});
