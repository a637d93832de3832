/** Shows words for 3 s beside the form that is on the screen, where a screen reader reads them. */

import { find, say } from "./element.ts";

const SHOWN_MS = 3_000;

let timer: ReturnType<typeof setTimeout> | undefined;

export function showBriefly(words: string): void {
	const isChat = find("#chat").checkVisibility();
	const form = document.querySelector("main > form:not([hidden]) > .trouble");
	const element = (!isChat && form) || "#brief-notice";
	say(element, words);
	clearTimeout(timer);
	timer = setTimeout(say, SHOWN_MS, element, "");
}
