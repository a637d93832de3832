/** Puts the reader's words in place of the English ones of the markup. It is loaded where the reader's language is another. */

import { language, translated } from "./words.ts";

const ATTRIBUTES = ["aria-label", "placeholder", "title"];

export function translate(root: HTMLElement): void {
	root.lang = language;
	root.dir = language === "ar" ? "rtl" : "ltr";
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
