/** Puts the reader's words in place of the English ones of the markup. */

import { language } from "./catalogue.ts";
import { t, translated } from "./words.ts";

const ATTRIBUTES = ["aria-label", "placeholder", "title"];

function translate(root: Element): void {
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

/** Translates the page itself. */
export function translatePage(): void {
	const root = document.documentElement;
	root.lang = language;
	root.dir = language === "ar" ? "rtl" : "ltr";
	// What the stylesheet says of lines that are not in the room yet.
	for (const [name, words] of [
		["--sending", t("outbox.sending")],
		["--waiting", t("outbox.waiting")],
		["--not-sent", t("html.unsent")],
	] as const)
		root.style.setProperty(name, JSON.stringify(`(${words})`));
	translate(root);
}
