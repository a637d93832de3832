/** Dialogs that are made when they are needed. */

import { button, find, make } from "./element.ts";
import { t } from "./words.ts";

/** A click on the backdrop has the dialog itself as its target. */
export const closeBeside = (dialog: HTMLDialogElement) =>
	dialog.addEventListener("click", ({ target }) => {
		if (target === dialog) dialog.close();
	});

/** Shows a dialog, which goes when it is closed. */
export function showDialog(title: string, ...content: readonly HTMLElement[]) {
	const close = button("block inline", () => dialog.close(), t("close"));
	const head = make("header", "", make("h2", "", title), close);
	const card = make("div", "card", head, ...content);
	const dialog = make("dialog", { ariaLabel: title }, card);
	dialog.onclose = () => dialog.remove();
	closeBeside(dialog);
	find("#plume").append(dialog);
	dialog.showModal();
	return dialog;
}

export const smallButton = (
	words: string,
	onclick: () => unknown,
	ariaLabel = words,
) => button({ className: "block inline", ariaLabel }, onclick, words);

/** Tells people something while they may be typing: a space must not close it. */
export function tell(words: string): void {
	const dialog = showDialog(words);
	dialog.tabIndex = -1;
	dialog.focus();
}

/** Lets the arrow keys walk through some elements of a dialog. */
export function arrowKeys(
	dialog: HTMLDialogElement,
	stops: () => readonly HTMLElement[],
): void {
	dialog.addEventListener("keydown", (event) => {
		const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
		if (step === undefined) return;
		event.preventDefault();
		const all = stops();
		const at = all.findIndex((one) => one.matches(":focus"));
		all[(at + step + all.length) % all.length]?.focus();
	});
}
