/** What is chosen in the menu about a person. */
import { expect, test, vi } from "vitest";
import { t } from "../../static/words.ts";

/** What is in the field for it. */
let reason = "";
/** Whether the menu is open. */
let isOpen = false;
/** What is said in it. */
let shown = "";
/** What comes back to the field if the bot does not answer. */
let typed = "";
const choices = new Map<string, () => void>();
vi.mock("../../static/dialog.ts", () => ({
	fieldset: () => {},
	showDialog: () => ({
		close() {
			isOpen = false;
		},
	}),
	smallButton(words: string, choose: () => void) {
		choices.set(words, choose);
		return { classList: { toggle: () => {} } };
	},
}));
vi.mock("../../static/element.ts", () => ({
	focusField: () => {},
	say(_: object, words: string) {
		shown = words;
	},
	make: () => ({ value: reason, setAttribute: () => {} }),
}));

/** What the bot is shown at a choice about somebody's message. */
async function chosen(
	words: string,
	name: string,
	isConnected = true,
): Promise<string> {
	const { openMenu } = await import("../../static/person-menu.ts");
	let said = "";
	const page = {
		...{ role: "admin", room: "reef", titleOf: () => "reef" },
		...{ isBlocked: () => false, isOpen: isConnected },
		tellBot(text: string, comesBack: string) {
			said = text;
			typed = comesBack;
			return isConnected;
		},
	};
	isOpen = true;
	openMenu(Object({ page, name, message: { text: "hi", offset: 57 } }));
	choices.get(words)?.();
	return said;
}

test.each(["OFFSET", "NAME"])(
	"somebody who is called %s is banned by that name",
	async (name) => {
		expect(await chosen(t("ban"), name)).toBe(`@plumebot ban ${name}`);
		expect(await chosen(t("mute.hour"), name)).toBe(
			`@plumebot mute ${name} 1h`,
		);
	},
);

test("a message is reported by where it stands", async () => {
	expect(await chosen(t("report.spam"), "NAME")).toBe(
		"@plumebot report 57 spam",
	);
});

test("a reason that was typed comes back with its command, which is not done", async () => {
	reason = "";
	await chosen(t("mute.hour"), "bob");
	expect(typed).toBe("");
	reason = "he was rude";
	await chosen(t("mute.hour"), "bob");
	expect(typed).toBe("@plumebot mute bob 1h he was rude");
});

test("a reason that was typed stays in the menu where there is no connection", async () => {
	reason = "he was rude";
	expect(await chosen(t("mute.hour"), "bob", false)).toBe("");
	expect(isOpen).toBe(true);
	expect(shown).toBe(t("offline"));
	expect(await chosen(t("mute.hour"), "bob")).toContain("he was rude");
	expect(isOpen).toBe(false);
});
