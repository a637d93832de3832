/** The settings dialog, which is loaded when it is first opened. */

import { isPublic } from "../machines/message.ts";
import { BASE } from "./base-path.ts";
import { fieldset, showDialog } from "./dialog.ts";
import { button, make, say } from "./element.ts";
import { confirmed } from "./erase.ts";
import { joinedRoom } from "./joined-rooms.ts";
import { languageChoice } from "./language-choice.ts";
import { chooseNotes, hasNotes, notesTrouble } from "./note.ts";
import { ownMessages } from "./own-messages.ts";
import type { Page } from "./page.ts";
import { pushDevices } from "./push-devices.ts";
import { quietHours } from "./quiet-hours.ts";
import { roomsWithLines } from "./storage.ts";
import { browser } from "./store.ts";
import { showTheme } from "./theme.ts";
import { t } from "./words.ts";

const THEMES = [
	["", t("html.system")],
	["light", t("html.light")],
	["dark", t("html.dark")],
] as const;

function themeChoice(): HTMLElement {
	const { colorScheme } = document.documentElement.style;
	const choices = THEMES.map(([value, words]) => {
		const onchange = () => {
			browser.set("theme", value);
			showTheme();
		};
		const checked = value === colorScheme;
		const look = { type: "radio", name: "theme", value, checked, onchange };
		return make("label", "", make("input", look), ` ${words}`);
	});
	return fieldset(t("html.colours"), ...choices);
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

/** What is not sent may be what the person waits for. */
async function askToLogout(page: Page, words: string, all: boolean) {
	// The list leads to no private room that they have left.
	const unsent = roomsWithLines().filter(
		(room) => isPublic(room) || joinedRoom(room),
	);
	const rooms = unsent.map((room) => page.titleOf(room)).join(", ");
	const title = t("logout.unsent", { rooms });
	const [about, no] = [t("about.unsent"), t("html.cancel")];
	if (!rooms || (await confirmed(title, about, words, no)))
		page.dispatch({ type: "logout", all });
}

export function openSettings(page: Page): void {
	const logout = (words: string, all: boolean) =>
		button("block", () => askToLogout(page, words, all), words);
	const everywhere = logout(t("html.logout-all"), true);
	const leave = make("div", "row-of", logout(t("html.logout"), false));
	leave.append(everywhere);
	const adminPage = make("a", { href: `${BASE}admin` }, t("html.admin"));
	const node = make("p", { id: "node", className: "hint" });
	const [push, quiet] = [pushDevices(page), quietHours(page)];
	const notes = notesChoice();
	function render() {
		notes.render();
		adminPage.hidden = page.role !== "admin";
		node.hidden = page.node === "" || !page.isOpen;
		say(node, t("node", { node: page.node }));
		everywhere.disabled = !page.isOpen;
	}
	render();
	const dialog = showDialog(
		t("html.settings"),
		adminPage,
		themeChoice(),
		fieldset(t("html.language"), languageChoice()),
		notes.part,
		push.part,
		quiet.part,
		ownMessages(page),
		fieldset(t("html.leaving"), leave),
		node,
	);
	dialog.id = "settings";
	// A welcome names both after this step of the machine.
	const changes = page.subscribe(() => queueMicrotask(render));
	const { onChange } = page.own;
	onChange.add(push.render).add(quiet.render);
	dialog.addEventListener("close", () => {
		changes.unsubscribe();
		onChange.delete(push.render);
		onChange.delete(quiet.render);
	});
}
