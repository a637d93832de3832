/** The settings dialog, which is loaded when it is first opened. */

import { isPublic } from "../machines/message.ts";
import { BASE } from "./base-path.ts";
import { fieldset, makeDialog, openDialog } from "./dialog.ts";
import { button, make, say } from "./element.ts";
import { confirmed } from "./erase.ts";
import { joinedRoom } from "./joined-rooms.ts";
import { languageChoice } from "./language-choice.ts";
import { chooseNotes, hasNotes, notesTrouble } from "./note.ts";
import { clearResult, erasing, ownMessages } from "./own-messages.ts";
import type { Page } from "./page.ts";
import { pushDevices } from "./push-devices.ts";
import { quietHours } from "./quiet-hours.ts";
import { roomsWithLines } from "./storage.ts";
import { browser } from "./store.ts";
import { showTheme } from "./theme.ts";
import { clearOffline } from "./when-open.ts";
import { t } from "./words.ts";

const THEMES = [
	["", t("html.system")],
	["light", t("html.light")],
	["dark", t("html.dark")],
] as const;

function themeChoice() {
	const choices = THEMES.map(([value, words]) => {
		const onchange = () => {
			browser.set("theme", value);
			showTheme();
		};
		const look = { type: "radio", name: "theme", value, onchange };
		return { input: make("input", look), words: ` ${words}` };
	});
	const labels = choices.map(({ input, words }) =>
		make("label", "", input, words),
	);
	const render = () => {
		const { colorScheme } = document.documentElement.style;
		for (const { input } of choices)
			input.checked = input.value === colorScheme;
	};
	return { part: fieldset(t("html.colours"), ...labels), render };
}

function notesChoice() {
	const result = make("p", { className: "hint", role: "status" });
	result.id = "notify-result";
	const box = make("input", { type: "checkbox" });
	box.setAttribute("aria-describedby", result.id);
	box.disabled = !("Notification" in globalThis);
	const render = () => {
		box.checked = hasNotes();
		say(result, notesTrouble());
	};
	box.onchange = async () => {
		await chooseNotes(box.checked);
		render();
	};
	const label = make("label", "", box, ` ${t("html.notify")}`);
	return { part: fieldset(t("html.notifications"), label, result), render };
}

/** What is not sent, or not deleted, may be what the person waits for. */
async function askToLogout(page: Page, words: string, all: boolean) {
	// The list leads to no private room that they have left.
	const unsent = roomsWithLines().filter(
		(room) => isPublic(room) || joinedRoom(room),
	);
	const rooms = unsent.map((room) => page.titleOf(room)).join(", ");
	const undeleted = erasing(page);
	const unfinished = [
		...(undeleted ? [[undeleted, t("about.erasing")] as const] : []),
		...(rooms
			? [[t("logout.unsent", { rooms }), t("about.unsent")] as const]
			: []),
	];
	const title = unfinished.map(([what]) => what).join(" ");
	const about = unfinished.map(([, why]) => why).join(" ");
	if (!title || (await confirmed(title, about, words, t("html.cancel"))))
		page.dispatch({ type: "logout", all });
}

function mount(page: Page): () => void {
	const logout = (words: string, all: boolean) =>
		button("block", () => askToLogout(page, words, all), words);
	const everywhere = logout(t("html.logout-all"), true);
	const leave = make("div", "row-of", logout(t("html.logout"), false));
	leave.append(everywhere);
	const adminPage = make("a", { href: `${BASE}admin` }, t("html.admin"));
	const node = make("p", { id: "node", className: "hint" });
	const [themes, notes] = [themeChoice(), notesChoice()];
	const dialog = makeDialog(
		t("html.settings"),
		adminPage,
		themes.part,
		fieldset(t("html.language"), languageChoice()),
		notes.part,
		pushDevices(page),
		quietHours(page),
		ownMessages(page),
		fieldset(t("html.leaving"), leave),
		node,
	);
	dialog.id = "settings";
	dialog.addEventListener("close", clearResult);
	function render() {
		themes.render();
		notes.render();
		adminPage.hidden = page.role !== "admin";
		node.hidden = page.node === "" || !page.isOpen;
		say(node, t("node", { node: page.node }));
		everywhere.disabled = !page.isOpen;
	}
	addEventListener("storage", render);
	// A welcome names both after this step of the machine.
	page.subscribe(() => queueMicrotask(render));
	return () => {
		render();
		openDialog(dialog);
		clearOffline(page, dialog);
	};
}

let open: (() => void) | undefined;

export function openSettings(page: Page): void {
	open ??= mount(page);
	open();
}
