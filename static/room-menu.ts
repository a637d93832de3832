/** What can be done with the room on the screen, beside talking in it. */

import { isPublic, LOBBY } from "../machines/message.ts";
import { find, isTouch, say } from "./element.ts";
import type { Page } from "./page.ts";
import { pathOf } from "./room-name.ts";
import { openKeyDialog } from "./shortcuts.ts";
import { t } from "./words.ts";

export function roomMenu(page: Page, leave: () => void): void {
	const menu = find("#more");
	const leaving = find("#leave");
	menu.onclick = ({ target }) => {
		// The result of sharing is read there.
		if (target instanceof Element && !target.closest("#share"))
			menu.hidePopover();
	};
	menu.addEventListener("beforetoggle", () => {
		leaving.hidden = page.room === LOBBY || !isPublic(page.room);
	});
	leaving.onclick = leave;
	for (const id of ["#search", "#search-here"])
		find(id).onclick = () => void page.relations.openSearch();
	find("#show-pins").onclick = () => void page.relations.openPins();
	find("#show-keys").onclick = () => void openKeyDialog("listKeys", page);
	find("#go-to").onclick = () => {
		find("#side").hidePopover();
		void openKeyDialog("goTo", page);
	};
	shareButton(page);
}

/** The button that shares the room's link, or copies it. */
function shareButton(page: Page): void {
	const button = find("#share", HTMLButtonElement);
	function show(result = "") {
		say("#share-words", result || t("share"));
		button.classList.toggle("done", result !== "");
	}
	button.onclick = async () => {
		const { room } = page;
		const url = location.origin + pathOf(room);
		try {
			if (navigator.share && isTouch()) {
				await navigator.share({ title: `${page.titleOf(room)} · Plume`, url });
			} else {
				await navigator.clipboard.writeText(url);
				show(t("share.copied"));
			}
		} catch {
			// Sharing was refused or cancelled.
			show(t("share.copy"));
		}
		setTimeout(show, 3_000);
	};
}
