/** Erases one of the reader's messages, after a confirmation. It is loaded at the first. */

import type { Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { find, focusField, say } from "./element.ts";
import type { Page } from "./page.ts";
import { t } from "./words.ts";

export const GONE = t("erase.gone");
const LATER = t("offline.erase");

/** `yes` is the label of the button that does it. Escape, like any other way to close the dialog, means no. */
export function confirmed(title: string, words: string, yes: string) {
	const dialog = find("#confirm", HTMLDialogElement);
	say("#confirm-title", title);
	say("#confirm-words", words);
	say("#confirm-yes", yes);
	dialog.returnValue = "";
	dialog.showModal();
	return new Promise<boolean>((resolve) => {
		dialog.onclose = () => resolve(dialog.returnValue === "yes");
	});
}

export async function eraseOne(message: Said, page: Page): Promise<void> {
	const { room, epoch, offset: target } = message;
	if (await confirmed(t("erase.one"), GONE, t("delete"))) {
		page.send({ kind: "erase", room, epoch, target });
		if (!page.isOpen) showBriefly(LATER);
	}
	focusField();
}
