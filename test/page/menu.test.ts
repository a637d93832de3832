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
vi.mock("../../static/when-open.ts", () => ({ clearOffline: () => {} }));
vi.mock("../../static/element.ts", () => ({
	focusField: () => {},
	say(_: object, words: string) {
		shown = words;
	},
	make: () => ({ value: reason, setAttribute: () => {} }),
}));

/** Which people the reader has blocked. */
let blocked = "";
const message = { text: "hi", offset: 57 };

/** What the bot is shown at a choice about a person, by default at a message of theirs. */
async function chosen(
	words: string,
	name: string,
	isConnected = true,
	about: object = { message },
): Promise<string> {
	const { openMenu } = await import("../../static/person-menu.ts");
	let said = "";
	const page = {
		...{ role: "admin", room: "reef", titleOf: () => "reef" },
		...{ isBlocked: (one: string) => one === blocked, isOpen: isConnected },
		tellBot(text: string, comesBack: string) {
			said = text;
			typed = comesBack;
			return isConnected;
		},
	};
	isOpen = true;
	openMenu(Object({ page, name, ...about }));
	choices.get(words)?.();
	return said;
}

test.each(["OFFSET", "NAME"])(
	"somebody who is called %s is banned by that name",
	async (name) => {
		const inList = (words: string) => chosen(words, name, true, {});
		expect(await inList(t("ban"))).toBe(`@plumebot ban ${name}`);
		expect(await inList(t("mute.hour"))).toBe(`@plumebot mute ${name} 1h`);
	},
);

test("the author of a message is meant by it, for their name may be another's by now", async () => {
	for (const act of ["ban", "unban", "unmute", "unkick", "block"] as const)
		expect(await chosen(t(act), "bob")).toBe(`@plumebot ${act} #57`);
	expect(await chosen(t("mute.hour"), "bob")).toBe("@plumebot mute #57 1h");
});

test("who is blocked by the name at a message is unblocked by it", async () => {
	blocked = "bob";
	expect(await chosen(t("unblock"), "bob")).toBe("@plumebot unblock bob");
	blocked = "";
});

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
	expect(typed).toBe("@plumebot mute #57 1h he was rude");
});

test("a reason that was typed stays in the menu where there is no connection", async () => {
	reason = "he was rude";
	expect(await chosen(t("mute.hour"), "bob", false)).toBe("");
	expect(isOpen).toBe(true);
	expect(shown).toBe(t("offline"));
	expect(await chosen(t("mute.hour"), "bob")).toContain("he was rude");
	expect(isOpen).toBe(false);
});
