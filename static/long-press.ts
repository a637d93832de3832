/** A long press on a message opens its sheet. Links and buttons have the browser's own. It is loaded at the first touch. */

import { find } from "./element.ts";
import { openSheet } from "./lazy.ts";
import type { Page } from "./page.ts";

const LONG_MS = 450;

/** `first` is the touch for which this was loaded, unless that is over by now. */
export function longPress(page: Page, first: TouchEvent | undefined): void {
	const log = find("#log");
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isLong = false;

	function open(article: HTMLElement): void {
		const line = page.lineAt(Number(article.dataset.offset));
		if (line?.kind === "said" && !line.erased) void openSheet(line, page);
	}

	function start({ target, touches }: TouchEvent): void {
		clearTimeout(timer);
		isLong = false;
		if (!(target instanceof Element) || touches.length > 1) return;
		const article = target.closest<HTMLElement>("article[data-offset]");
		if (article && !target.closest("a, button, summary"))
			timer = setTimeout(() => {
				isLong = true;
				open(article);
			}, LONG_MS);
	}

	log.addEventListener("touchstart", start);
	for (const end of ["touchmove", "touchend", "touchcancel"])
		log.addEventListener(end, (event) => {
			clearTimeout(timer);
			// Lifting the finger would press what the sheet has below it.
			if (isLong && event.cancelable) event.preventDefault();
		});
	if (first) start(first);
}
