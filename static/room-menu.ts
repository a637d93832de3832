/** What the buttons around the conversation do. */

import { find } from "./element.ts";
import { open } from "./lazy.ts";
import type { Page } from "./page.ts";

/** The dialogs that they open. */
const OPENED = [
	["#search", "search"],
	["#search-here", "search"],
	["#show-pins", "pins"],
	["#show-keys", "keys"],
	["#set-topic", "topic"],
	["#share", "share"],
	["#go-to", "go"],
	["#new-room", "newRoom"],
	["#me", "settings"],
] as const;

export function roomMenu(page: Page, leave: () => void): void {
	const menu = find("#more");
	menu.onclick = () => menu.hidePopover();
	find("#leave").onclick = leave;
	find("#chat h1").onclick = () => find("#here").showPopover();
	for (const [id, name] of OPENED)
		find(id).onclick = () => void open(page, name);
	// What is said of a dialog that is long in coming would be below the list.
	for (const id of ["#go-to", "#new-room", "#me"])
		find(id).addEventListener("click", () => find("#side").hidePopover());
}
