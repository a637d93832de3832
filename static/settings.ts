/** The settings dialog, which is loaded when it is first opened. */

/// <reference path="./html.d.ts" />
import { BASE } from "./base-path.ts";
import { closeBeside } from "./dialog.ts";
import { find, say } from "./element.ts";
import { offerLanguages } from "./language-choice.ts";
import { chooseNotes, hasNotes, notesTrouble } from "./note.ts";
import { ownMessages } from "./own-messages.ts";
import type { Page } from "./page.ts";
import { pushDevices } from "./push-devices.ts";
import { quietHours } from "./quiet-hours.ts";
import html from "./settings.html" with { type: "text" };
import { browser } from "./store.ts";
import { showTheme } from "./theme.ts";
import { addMarkup } from "./translate.ts";
import { t } from "./words.ts";

function themeChoice(): () => void {
	const choices = [
		...document.querySelectorAll<HTMLInputElement>("[name=theme]"),
	];
	for (const choice of choices)
		choice.onchange = () => {
			browser.set("theme", choice.value);
			showTheme();
		};
	return () => {
		const { colorScheme } = document.documentElement.style;
		for (const choice of choices) choice.checked = choice.value === colorScheme;
	};
}

function notesChoice(): () => void {
	const box = find("#notify", HTMLInputElement);
	function render() {
		const trouble = notesTrouble();
		box.disabled = !("Notification" in globalThis);
		box.checked = hasNotes();
		say("#notify-result", trouble);
	}
	box.onchange = async () => {
		await chooseNotes(box.checked);
		render();
	};
	return render;
}

function mount(page: Page): () => void {
	addMarkup(html);
	const dialog = find("#settings", HTMLDialogElement);
	closeBeside(dialog);
	const everywhere = find("#logout-all", HTMLButtonElement);
	everywhere.onclick = () => page.dispatch({ type: "logout", all: true });
	find("#logout").onclick = () => page.dispatch({ type: "logout", all: false });
	const adminPage = find("#admin-page", HTMLAnchorElement);
	adminPage.href = `${BASE}admin`;
	const node = find("#node");
	offerLanguages();
	ownMessages(page);
	page.own.onChange.push(quietHours(page), pushDevices(page));
	const choices = [themeChoice(), notesChoice()];
	function render() {
		for (const show of choices) show();
		adminPage.hidden = page.role !== "admin";
		node.hidden = page.node === "" || !page.isOpen;
		say(node, t("node", { node: page.node }));
		everywhere.disabled = !page.isOpen;
	}
	addEventListener("storage", render);
	page.subscribe(render);
	return render;
}

let render: (() => void) | undefined;

export function openSettings(page: Page): void {
	render ??= mount(page);
	render();
	find("#settings", HTMLDialogElement).showModal();
}
