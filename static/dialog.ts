/** Dialogs that are made when they are needed. */

import { isPublic } from "../machines/message.ts";
import { button, complain, find, focusField, make, say } from "./element.ts";
import { SLOW_MS } from "./requests.ts";
import { unsentWords } from "./storage.ts";
import { t } from "./words.ts";

/** Makes a dialog, which is on the page only while it is open. */
export function makeDialog(title: string, ...content: readonly HTMLElement[]) {
	const close = button("block inline", () => dialog.close(), t("close"));
	const head = make("header", "", make("h2", "", title), close);
	const card = make("div", "card", head, ...content);
	const dialog = make("dialog", { ariaLabel: title }, card);
	dialog.onclose = () => {
		dialog.remove();
		// The browser gives it back only to what is still there.
		if (document.activeElement !== document.body) return;
		const below = document.querySelector<HTMLElement>(
			"dialog[open]:last-of-type button",
		);
		if (below) below.focus();
		else focusField();
	};
	// A press on the backdrop has the dialog itself as its target. A click has it, too, where a selection in a field ends beside the dialog.
	let isBeside = false;
	dialog.addEventListener("pointerdown", ({ target }) => {
		isBeside = target === dialog;
	});
	dialog.addEventListener("click", ({ target }) => {
		if (isBeside && target === dialog) dialog.close();
	});
	return dialog;
}

/** Draws something of a dialog anew. If the focus was on what is gone by then, it stays in the dialog. */
export function keepFocus(dialog: HTMLDialogElement, draw: () => void): void {
	const { activeElement } = document;
	const isInside = dialog.contains(activeElement);
	draw();
	const isThere = activeElement?.isConnected && activeElement.checkVisibility();
	if (isInside && !isThere) dialog.querySelector("button")?.focus();
}

export function openDialog(dialog: HTMLDialogElement): void {
	find("#plume").append(dialog);
	dialog.showModal();
}

export function showDialog(title: string, ...content: readonly HTMLElement[]) {
	const dialog = makeDialog(title, ...content);
	openDialog(dialog);
	return dialog;
}

export const smallButton = (
	words: string,
	onclick: () => unknown,
	ariaLabel = words,
) => button({ className: "block inline", ariaLabel }, onclick, words);

export const fieldset = (legend: string, ...content: readonly HTMLElement[]) =>
	make("fieldset", "", make("legend", "", legend), ...content);

/** The answer, which says what is wrong. If it is long in coming, that is said meanwhile. */
export async function answered(answer: Promise<string>, trouble: Element) {
	const slow = setTimeout(say, SLOW_MS, trouble, t("html.loading"));
	const words = await answer;
	clearTimeout(slow);
	say(trouble, words);
	return words;
}

/** A form of one field, which says below what is wrong with it. */
export function fieldForm(
	id: string,
	[says, yes]: readonly [label: string, button: string],
	more: Partial<HTMLInputElement> = {},
) {
	const field = make("input", {
		...{ id, dir: "auto", autocomplete: "off", autofocus: true, ...more },
	});
	const trouble = make("p", { className: "trouble", role: "alert" });
	trouble.id = `${id}-trouble`;
	field.setAttribute("aria-describedby", trouble.id);
	field.oninput = () => complain(field, "");
	const label = make("label", { className: "hint", htmlFor: id }, says);
	const line = make("div", "joined", field, make("button", "block", yes));
	const form = make("form", "", label, line, trouble);
	let isAsked = false;
	/** `act` resolves with what is wrong. Where nothing is, the dialog closes if that was its purpose. */
	const submit = (act: (typed: string) => Promise<string>, isLast = true) => {
		form.onsubmit = async (event) => {
			event.preventDefault();
			if (isAsked) return;
			isAsked = true;
			const words = await answered(act(field.value), trouble);
			isAsked = false;
			// It may have been closed meanwhile.
			if (!form.isConnected) return;
			complain(field, words);
			if (words) return field.focus();
			if (!isLast) return;
			form.closest("dialog")?.close();
			focusField();
		};
	};
	return { form, field, label, submit };
}

/** Tells people why they are not in a room while they may be typing: a space must not close it. The list leads to no private room that they may not enter, so what they wrote for it is here. */
export function tell(words: string, room: string): void {
	const value = isPublic(room) ? "" : unsentWords(room);
	const ariaLabel = t("room.unsent");
	const look = { readOnly: true, dir: "auto", rows: 4, ariaLabel, value };
	const unsent = [make("p", "", ariaLabel), make("textarea", look)];
	const dialog = showDialog(words, ...(value ? unsent : []));
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
