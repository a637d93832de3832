/** What the reader wants to hear of a room. */

import { LEVELS } from "../machines/own.ts";
import { fieldset, showDialog } from "./dialog.ts";
import { make, say } from "./element.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";
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
		const checked = (page.own.level(room) ?? "usual") === level;
		const input = { type: "radio", name: "level", checked, onclick, onchange };
		return make("label", "", make("input", input), ` ${WORDS[level]}`);
	});
	const about = make("p", "hint", t("level.about"));
	const choice = fieldset(page.titleOf(room), ...choices);
	showDialog(t("level.title"), choice, trouble, about);
}
