/** What is chosen in the sheet of a message that has changed since it was opened. */
import { beforeEach, expect, test, vi } from "vitest";
import type { openSheet } from "../../static/message-sheet.ts";
import { t } from "../../static/words.ts";

const choices = new Map<string, () => void>();
let shown = "";
const copied: string[] = [];
vi.mock("../../static/dialog.ts", () => ({
	arrowKeys: () => {},
	showDialog: () => ({
		close: () => {},
		querySelectorAll: () => [],
		classList: { add: () => {} },
	}),
}));
vi.mock("../../static/element.ts", () => ({
	button: (_: string, choose: () => void, words: string) =>
		choices.set(words, choose),
	isTouch: () => true,
	make: () => {},
}));
vi.mock("../../static/lazy.ts", () => ({}));
vi.mock("../../static/erase.ts", () => ({ eraseOne: () => {} }));
vi.mock("../../static/person-menu.ts", () => ({}));
vi.mock("../../static/message-tools.ts", () => ({ reactionsOf: () => [] }));
vi.mock("../../static/person.ts", () => ({}));
vi.mock("../../static/message-link.ts", () => ({
	copyLink: () => {},
	copyText: (text: string) => copied.push(text),
}));
vi.mock("../../static/brief-notice.ts", () => ({
	showBriefly(words: string) {
		shown = words;
	},
}));

const message = {
	...{ kind: "said" as const, room: "reef", epoch: "e", offset: 7 },
	...{ client: "c", name: "ann", text: "fig two", time: Date.now() },
};
let line: object = message;
/** What the page was asked for, and what the server. */
const begun: unknown[] = [];
const page = {
	...{ room: "reef", name: "ann", role: "maker", lineAt: () => line },
	// She had another name before.
	isOwn: (name: string) => ["ann", "ina"].includes(name),
	edit: (now: object) => begun.push(["edit", now]),
	reply: (now: object) => begun.push(["reply", now]),
	ask: async (question: object) => begun.push(question) && "",
};

beforeEach(async () => {
	vi.stubGlobal("Element", class {});
	line = message;
	shown = "";
	begun.length = copied.length = 0;
	await opens(message);
});
async function opens(message: Parameters<typeof openSheet>[0]) {
	choices.clear();
	const { openSheet } = await import("../../static/message-sheet.ts");
	openSheet(message, Object(page));
}
const choose = (words: string) => choices.get(words)?.();

test("an edit, a reply and a copy begin with what the message says by now", () => {
	line = { ...message, text: "fig 2, corrected" };
	choose(t("edit"));
	choose(t("reply"));
	choose(t("copy"));
	expect(begun).toEqual([
		["edit", line],
		["reply", line],
	]);
	expect(copied).toEqual(["fig 2, corrected"]);
});

test.each(["👍", t("pin"), t("reply"), t("edit"), t("copy")])(
	"%s says of a message that is deleted by now that it was",
	(words) => {
		line = { ...message, text: "", erased: true };
		choose(words);
		expect(shown).toBe("This message was deleted.");
		expect([...begun, ...copied]).toEqual([]);
	},
);

test("what was to be pinned is not unpinned because another was faster", async () => {
	line = { ...message, pinned: "bob" };
	choose(t("pin"));
	expect(begun).toMatchObject([{ kind: "pin", target: 7 }]);
});

test.each([
	["was said under a name that one had before", "ina", true],
	["somebody else said", "bob", false],
])("the sheet knows whether what %s is one's own", async (_, name, isMine) => {
	await opens({ ...message, name });
	expect(choices.has(t("delete"))).toBe(isMine);
	expect(choices.has(t("edit"))).toBe(isMine);
	expect(choices.has(t("sheet.more"))).toBe(!isMine);
});
