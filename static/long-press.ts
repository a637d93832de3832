/**
 * What fingers do. A long press on a message opens its sheet; links and buttons
 * have the browser's own. A swipe from the edge opens the rooms. It is loaded at
 * the first touch.
 */

import { find } from "./element.ts";
import { openSheet } from "./message-sheet.ts";
import type { Page } from "./page.ts";

const LONG_MS = 450;
/** How far from the edge a swipe begins, and how long it is, in CSS pixels. A swipe that begins nearer to the edge is the browser's own. */
const EDGE = { from: 16, to: 64 };
const SWIPE = 64;

/** How far a touch is from the edge where the rooms are. */
function fromEdge({ clientX }: Touch): number {
	const isLeft = getComputedStyle(document.body).direction === "ltr";
	return isLeft ? clientX : innerWidth - clientX;
}

/** Code that is wider than the screen scrolls under the finger. */
const scrolls = (target: EventTarget | null) =>
	target instanceof Element && target.closest("pre") !== null;

/** Opens the rooms, which wide screens always show. */
function swipe(): void {
	let begun: Touch | undefined;
	const room = find("#room");
	room.addEventListener("touchstart", ({ target, touches }) => {
		const [touch] = touches;
		const from = touch ? fromEdge(touch) : 0;
		const isEdge = from > EDGE.from && from < EDGE.to && !scrolls(target);
		begun = touches.length === 1 && isEdge ? touch : undefined;
	});
	room.addEventListener("touchend", ({ changedTouches: [touch] }) => {
		if (!begun || !touch || !find("#show-side").checkVisibility()) return;
		const across = fromEdge(touch) - fromEdge(begun);
		const along = Math.abs(touch.clientY - begun.clientY);
		if (across > SWIPE && across > 2 * along) find("#side").showPopover();
	});
}

/** `first` is the touch for which this was loaded, unless that is over by now. */
export function longPress(page: Page, first: TouchEvent | undefined): void {
	const log = find("#log");
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isLong = false;

	function open(article: HTMLElement): void {
		const line = page.lineAt(Number(article.dataset.offset));
		if (line?.kind === "said" && !line.erased) openSheet(line, page);
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
	swipe();
}
