/** Dialogs that are made when they are needed. */

import { find, make } from "./element.ts";
import { t } from "./words.ts";

/** Shows a dialog, which goes when it is closed. */
export function showDialog(title: string, ...content: readonly HTMLElement[]) {
	const close = make("button", "block inline", t("close"));
	const head = make("header", "", make("h2", "", title), close);
	const card = make("div", "card", head, ...content);
	const dialog = make("dialog", { ariaLabel: title }, card);
	close.onclick = () => dialog.close();
	dialog.onclose = () => dialog.remove();
	find("#plume").append(dialog);
	dialog.showModal();
	return dialog;
}
