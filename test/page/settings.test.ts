/** Who logs out from the settings. */
import { expect, test, vi } from "vitest";
import { t } from "../../static/words.ts";

/** The buttons by their words, and the questions that were asked. */
const buttons = new Map<string, () => Promise<void>>();
const questions: string[][] = [];
/** What is answered. */
let isSure = false;
/** Stands for all that only shows: whatever is asked of it gives another. */
const shown: object = new Proxy(Object, {
	...{ get: () => shown, apply: () => shown, construct: () => shown },
});
vi.mock("../../static/dialog.ts", () => ({
	...{ fieldset: shown, makeDialog: shown, openDialog: shown },
}));
vi.mock("../../static/when-open.ts", () => ({ clearOffline: () => {} }));
vi.mock("../../static/element.ts", () => ({
	button(_: string, press: () => Promise<void>, words: string) {
		buttons.set(words, press);
		return {};
	},
	...{ make: () => shown, say: () => {} },
}));
vi.mock("../../static/erase.ts", () => ({
	async confirmed(...words: readonly string[]) {
		questions.push([...words]);
		return isSure;
	},
}));
vi.mock("../../static/language-choice.ts", () => ({ languageChoice: shown }));
vi.mock("../../static/note.ts", () => ({
	hasNotes: shown,
	notesTrouble: shown,
}));
vi.mock("../../static/push-devices.ts", () => ({ pushDevices: shown }));
vi.mock("../../static/quiet-hours.ts", () => ({ quietHours: shown }));
vi.mock("../../static/theme.ts", () => ({}));

test("who logs out before everything is deleted, as they wished, is asked first", async () => {
	vi.stubGlobal("window", {});
	vi.stubGlobal("addEventListener", () => {});
	vi.stubGlobal("document", { documentElement: { style: {} } });
	const { openSettings } = await import("../../static/settings.ts");
	const context = { farewell: "All is gone." };
	const sent: object[] = [];
	const page = {
		...{ snapshot: { context }, subscribe: () => {} },
		titleOf: (room: string) => room,
		dispatch: (event: object) => sent.push(event),
	};
	openSettings(Object(page));
	const logsOut = buttons.get(t("html.logout"));
	await logsOut?.();
	expect(questions).toEqual([
		[
			...[t("erase.later"), t("about.erasing")],
			...[t("html.logout"), t("html.cancel")],
		],
	]);
	expect(sent).toEqual([]);
	isSure = true;
	await logsOut?.();
	expect(sent).toEqual([{ type: "logout", all: false }]);
	const { saveLines } = await import("../../static/storage.ts");
	saveLines("reef", [{ text: "hi", by: "", n: 0, why: "" }]);
	await logsOut?.();
	const unsent = t("logout.unsent", { rooms: "reef" });
	expect(questions.at(-1)?.[0]).toBe(`${t("erase.later")} ${unsent}`);
	saveLines("reef", []);
	context.farewell = "";
	await logsOut?.();
	expect([questions.length, sent.length]).toEqual([3, 3]);
});
