/** What the reader wants to hear of a room. */

import { LEVELS } from "../machines/own.ts";
import { fieldset, showDialog } from "./dialog.ts";
import { make, say } from "./element.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";
import { clearOffline } from "./when-open.ts";
import { t } from "./words.ts";

const WORDS = {
	usual: t("level.usual"),
	all: t("level.all"),
	mentions: t("level.mentions"),
	nothing: t("level.nothing"),
};

/** Asks it about the room on the screen. */
export function openLevel(page: Page): void {
	const { room } = page;
	const trouble = make("p", { className: "trouble", role: "alert" });
	/** A choice that only this page knows would end with it. */
	const onclick = (event: Event) => {
		say(trouble, page.isOpen ? "" : OFFLINE);
		if (!page.isOpen) event.preventDefault();
	};
	const choices = LEVELS.map((level) => {
		const onchange = () => page.own.change({ kind: "level", room, level });
		const look = { type: "radio", name: "level", onclick, onchange };
		const input = make("input", look);
		const label = make("label", "", input, ` ${WORDS[level]}`);
		return { level, input, label };
	});
	const render = () => {
		const chosen = page.own.level(room) ?? "usual";
		for (const { level, input } of choices) input.checked = level === chosen;
	};
	render();
	const about = make("p", "hint", t("level.about"));
	const choice = fieldset(
		page.titleOf(room),
		...choices.map(({ label }) => label),
	);
	const dialog = showDialog(t("level.title"), choice, trouble, about);
	clearOffline(page, dialog);
	// Another device may change it.
	const { onChange } = page.own;
	onChange.push(render);
	dialog.addEventListener("close", () => {
		onChange.splice(onChange.indexOf(render), 1);
	});
}
