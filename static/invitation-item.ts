/** A room that someone else has invited the reader to, in the list of rooms. */

import { showBriefly } from "./brief-notice.ts";
import { button, find, make } from "./element.ts";
import { lastAct } from "./last-act.ts";
import type { OwnRoom } from "./own-rooms.ts";
import type { Page } from "./page.ts";
import { t } from "./words.ts";

export function invitationItem(
	page: Page,
	{ room, names, invitation = "" }: OwnRoom,
): HTMLElement {
	const title = page.titleOf(room);
	const choice = (words: string, kind: "join" | "revoke") => {
		const onclick = async () => {
			if (kind === "join") find("#side").hidePopover();
			const isLast = lastAct();
			showBriefly(await page.ask({ kind, invitation }, isLast));
		};
		const ariaLabel = `${words} ${title}`;
		return button({ className: "link", ariaLabel }, onclick, words);
	};
	const by = make("span", "hint", t("rooms.by", { names: names.join() }));
	return make(
		"li",
		"invited",
		make("bdi", "own", title),
		by,
		choice(t("join"), "join"),
		choice(t("decline"), "revoke"),
	);
}
