/** What is asked about one's own, which is loaded when it is first needed. */

import { LEVELS } from "../machines/own.ts";
import { showDialog } from "./dialog.ts";
import { make } from "./element.ts";
import { ownMessages } from "./own-messages.ts";
import type { Page } from "./page.ts";
import { pushDevices } from "./push-devices.ts";
import { quietHours } from "./quiet-hours.ts";
import { t } from "./words.ts";

export { renewPush } from "./push-subscription.ts";

const WORDS = {
	all: t("level.all"),
	mentions: t("level.mentions"),
	nothing: t("level.nothing"),
};

/** Mounts what the settings say of one's own. */
export function ownSettings(page: Page): void {
	ownMessages(page);
	page.own.onChange.push(quietHours(page), pushDevices(page));
}

/** Asks what the reader wants to hear of the room on the screen. */
export function openLevel(page: Page, title: string): void {
	const { room } = page;
	const choices = LEVELS.map((level) => {
		const onchange = () => page.own.change({ kind: "level", room, level });
		const checked = page.own.level(room) === level;
		const input = { type: "radio", name: "level", checked, onchange };
		return make("label", "", make("input", input), ` ${WORDS[level]}`);
	});
	const about = make("p", "hint", t("level.about"));
	showDialog(title, make("fieldset", "", ...choices), about);
}
