/** Puts the reader's words in place of the English ones of the markup. It is loaded where the reader's language is another. */

import { language, t, translated } from "./words.ts";

const ATTRIBUTES = ["aria-label", "placeholder", "title"];

export function translate(root: HTMLElement): void {
	root.lang = language;
	root.dir = language === "ar" ? "rtl" : "ltr";
	// What the stylesheet says of lines that are not in the room yet.
	for (const [name, words] of [
		["--sending", t("outbox.sending")],
		["--waiting", t("outbox.waiting")],
		["--not-sent", t("html.unsent")],
	] as const)
		root.style.setProperty(name, JSON.stringify(`(${words})`));
	const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const text = texts.currentNode;
		const words = text.nodeValue?.trim() ?? "";
		text.nodeValue = text.nodeValue?.replace(words, translated(words)) ?? "";
	}
	for (const name of ATTRIBUTES)
		for (const element of root.querySelectorAll(`[${name}]`))
			element.setAttribute(name, translated(element.getAttribute(name) ?? ""));
}
