/** Erases one of the reader's messages, after a confirmation. It is loaded at the first. */

import type { Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { showDialog } from "./dialog.ts";
import { button, focusField, make } from "./element.ts";
import type { Page } from "./page.ts";
import { onOneLine } from "./quotes.ts";
import { current, isGone } from "./relations.ts";
import { t } from "./words.ts";

const GONE = t("erase.gone");
/** Code points of a message that a question shows. */
const MOST_SHOWN = 60;

/** How a message begins, for a question about it. */
function beginningOf({ text }: Said): string {
	const words = [...onOneLine(text)];
	const isLong = words.length > MOST_SHOWN;
	return words.slice(0, MOST_SHOWN).join("") + (isLong ? "…" : "");
}

/** `yes` is the label of the button that does it. Escape, like any other way to close the dialog, means no. */
export function confirmed(
	title: string,
	words: string,
	yes: string,
	keep = t("keep"),
) {
	const look = { className: "block", autofocus: true, ariaDescription: words };
	const no = button(look, () => dialog.close(), keep);
	const sure = make("button", "block danger", yes);
	const buttons = make("div", "row-of", no, sure);
	const dialog = showDialog(title, make("p", "", words), buttons);
	// Two buttons would say no.
	dialog.querySelector("header>button")?.remove();
	return new Promise<boolean>((resolve) => {
		sure.onclick = () => {
			resolve(true);
			dialog.close();
		};
		dialog.addEventListener("close", () => resolve(false));
	});
}

/** Asks about a message as it reads now: once more, if it was edited meanwhile. */
export async function confirmedFor(
	page: Page,
	message: Said,
	title: (beginning: string) => string,
	yes: string,
): Promise<boolean> {
	const asked = current(page, message);
	if (!(await confirmed(title(beginningOf(asked)), GONE, yes))) return false;
	const now = current(page, asked);
	const isSame = now.erased || now.text === asked.text;
	return isSame || confirmedFor(page, now, title, yes);
}

async function askToErase(message: Said, page: Page): Promise<void> {
	const { room, epoch, offset: target } = message;
	const words = await page.ask({ kind: "erase", room, epoch, target });
	// Where the answer is lost, it may be gone all the same.
	if (words && !isGone(page, message)) showBriefly(words);
}

export async function eraseOne(message: Said, page: Page): Promise<void> {
	const title = (text: string) => t("erase.one", { text });
	if (await confirmedFor(page, message, title, t("delete"))) {
		if (page.isOpen) void askToErase(message, page);
		else showBriefly(t("offline.erase"));
	}
	focusField();
}
