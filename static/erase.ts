/** Erases one of the reader's messages, after a confirmation. It is loaded at the first. */

import type { Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { showDialog } from "./dialog.ts";
import { focusField, make } from "./element.ts";
import type { Page } from "./page.ts";
import { t } from "./words.ts";

/** UTF-16 units of a message that are shown before it is deleted. */
const MOST_SHOWN = 300;

export const GONE = t("erase.gone");
const LATER = t("offline.erase");

/** `yes` is the label of the button that does it. Escape, like any other way to close the dialog, means no. */
export function confirmed(
	title: string,
	words: string,
	yes: string,
	...about: readonly HTMLElement[]
) {
	const no = make("button", "block", t("keep"));
	const sure = make("button", "block danger", yes);
	no.autofocus = true;
	no.ariaDescription = words;
	const buttons = make("div", "row-of", no, sure);
	const dialog = showDialog(title, ...about, make("p", "", words), buttons);
	no.onclick = () => dialog.close();
	return new Promise<boolean>((resolve) => {
		sure.onclick = () => {
			resolve(true);
			dialog.close();
		};
		dialog.addEventListener("close", () => resolve(false));
	});
}

export async function eraseOne(message: Said, page: Page): Promise<void> {
	const { room, epoch, offset: target, text } = message;
	const what = make(
		"p",
		{ className: "line long", dir: "auto" },
		text.slice(0, MOST_SHOWN),
	);
	if (await confirmed(t("erase.one"), GONE, t("delete"), what)) {
		page.send({ kind: "erase", room, epoch, target });
		if (!page.isOpen) showBriefly(LATER);
	}
	focusField();
}
