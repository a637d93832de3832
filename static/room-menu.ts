/** What can be done with the room on the screen, beside talking in it. */

import { find } from "./element.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { openKeyDialog, openSearch } from "./shortcuts.ts";

export function roomMenu(page: Page, leave: () => void): void {
	const menu = find("#more");
	menu.onclick = () => menu.hidePopover();
	find("#leave").onclick = leave;
	for (const id of ["#search", "#search-here"])
		find(id).onclick = () => void openSearch(page);
	find("#show-pins").onclick = async () => (await later())?.openPins(page);
	find("#show-keys").onclick = () => void openKeyDialog("listKeys", page);
	find("#go-to").onclick = () => {
		find("#side").hidePopover();
		void openKeyDialog("goTo", page);
	};
	find("#new-room").onclick = async () => {
		find("#side").hidePopover();
		(await later())?.openNewRoom(page);
	};
	find("#set-topic").onclick = async () => (await later())?.setTopic(page);
	find("#chat h1").onclick = () => find("#here").showPopover();
	find("#share").onclick = async () => (await later())?.share(page);
}
