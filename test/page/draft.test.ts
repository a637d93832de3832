/** What a tab stores of the words that are being written. */
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
