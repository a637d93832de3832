/** What becomes of the wish to delete everything, as the settings tell it. */
import { beforeEach, expect, test, vi } from "vitest";
import { t } from "../../static/words.ts";

/** What is said in the settings, and whether they are open. */
const settings = { words: "", isOpen: true };
const element = {
	scrollIntoView: () => {},
	closest: () => ({
		close() {
			settings.isOpen = false;
		},
	}),
};
let presses = async () => {};
vi.mock("../../static/dialog.ts", () => ({ fieldset: () => {} }));
vi.mock("../../static/element.ts", () => ({
	button(_: string, press: () => Promise<void>) {
		presses = press;
	},
	make: () => element,
	say(_: object, words: string) {
		settings.words = words;
	},
}));
vi.mock("../../static/erase.ts", () => ({ confirmed: async () => true }));

beforeEach(() => {
	Object.assign(settings, { words: "", isOpen: true });
});

/** Somebody deletes everything, who may have asked for it before. Resolves with what the page was told. */
async function deletes(isConnected: boolean, farewell: string) {
	const { ownMessages } = await import("../../static/own-messages.ts");
	const sent: object[] = [];
	const page = {
		...{
			name: "Ann",
			isOpen: isConnected,
			snapshot: { context: { farewell } },
		},
		dispatch: (event: object) => sent.push(event),
	};
	ownMessages(Object(page));
	await presses();
	return sent;
}

test("who deletes everything sees the bar that tells of it", async () => {
	expect(await deletes(true, "")).toMatchObject([{ type: "eraseAll" }]);
	expect(settings).toEqual({ words: "", isOpen: false });
});

test("who asks a second time to delete everything reads that it will be done", async () => {
	const farewell = "All is gone.";
	expect(await deletes(false, farewell)).toEqual([]);
	expect(settings).toEqual({ words: t("erase.later"), isOpen: true });
	expect(await deletes(true, farewell)).toEqual([]);
	expect(settings.words).toBe(t("erase.busy"));
});

test("who deletes everything without a connection reads that there is none", async () => {
	expect(await deletes(false, "")).toEqual([]);
	expect(settings).toEqual({ words: t("offline"), isOpen: true });
});
