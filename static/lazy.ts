/** Parts of the page that are loaded when they are first used. */

import type { Said } from "../machines/message.ts";
import { BASE } from "./base-path.ts";
import { showBriefly } from "./brief-notice.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";

interface Parts {
	"emoji-picker": typeof import("./emoji-picker.ts");
	"language-choice": typeof import("./language-choice.ts");
	erase: typeof import("./erase.ts");
	"key-dialogs": typeof import("./key-dialogs.ts");
	"long-press": typeof import("./long-press.ts");
	"mention-autocomplete": typeof import("./mention-autocomplete.ts");
	"message-link": typeof import("./message-link.ts");
	"message-sheet": typeof import("./message-sheet.ts");
	"person-menu": typeof import("./person-menu.ts");
	"pins-dialog": typeof import("./pins-dialog.ts");
	note: typeof import("./note.ts");
	"new-room": typeof import("./new-room.ts");
	"own-dialogs": typeof import("./own-dialogs.ts");
	"room-dialog": typeof import("./room-dialog.ts");
	"search-dialog": typeof import("./search-dialog.ts");
	share: typeof import("./share.ts");
	translate: typeof import("./translate.ts");
}

/** Another one for each version of the page, so that no browser has parts of an older one stored. */
declare const BUILD: string;

let styles: Promise<unknown> | undefined;

/** The looks of what is opened later. */
function loadStyles(): Promise<unknown> {
	const link = document.createElement("link");
	link.rel = "stylesheet";
	link.href = `${BASE}static/later.css?v=${BUILD}`;
	document.head.append(link);
	return new Promise((resolve, reject) => {
		link.onload = resolve;
		link.onerror = reject;
	});
}

/** Resolves with nothing if it can't be loaded, and says so where the person asked for it. */
export async function load<Name extends keyof Parts>(
	name: Name,
	isAsked = true,
): Promise<Parts[Name] | undefined> {
	try {
		const part: Parts[Name] = await import(
			`${BASE}static/${name}.js?v=${BUILD}`
		);
		styles ??= isAsked ? loadStyles() : undefined;
		await styles;
		return part;
	} catch {
		// They are loaded again the next time.
		styles = undefined;
		if (isAsked) showBriefly(OFFLINE);
		return undefined;
	}
}

export const copyLink = async (message: Said) =>
	(await load("message-link"))?.copyLink(message);

/** Opens what can be done with a message; `button` is where it was asked for. */
export const openSheet = async (
	message: Said,
	page: Page,
	button?: EventTarget | null,
) => (await load("message-sheet"))?.open(message, page, button);

/** Opens the menu about a person, or a message of theirs. `talk` opens a room for the two. */
export async function openMenu(
	page: Page,
	name: string,
	message?: Said,
	talk?: () => void,
): Promise<void> {
	(await load("person-menu"))?.openMenu({ page, name, message, talk });
}
