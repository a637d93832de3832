/** Keys that work all over the page. */

import { find } from "./element.ts";

/** The part of the room that stays visible when a page is turned. */
const OVERLAP = 0.1;
/** The `keyCode` of a key that an input method has used. */
const USED = 229;

/** A key that an input method uses chooses letters, so it must not send a message, walk through a list or go anywhere. */
export function ignoreImeKeys(): void {
	const ignore = (event: KeyboardEvent) => {
		const { isComposing, key, keyCode } = event;
		// Touch keyboards hold a word open all the time, but do not use its Enter.
		if (keyCode !== USED) return;
		event.stopImmediatePropagation();
		// WebKit reports the key that ends a composition only after its end.
		if (!isComposing && key === "Enter") event.preventDefault();
	};
	addEventListener("keydown", ignore, true);
}

/** Typing goes into the composer, and paging keys scroll the room. */
export function roomKeys(): void {
	const room = find("#room");
	const field = find("#text", HTMLTextAreaElement);

	/** How far a key scrolls the room; it pages through a long draft instead. */
	function distance(key: string): number {
		const page = room.clientHeight * (1 - OVERLAP);
		const isLong = field.scrollHeight > field.clientHeight;
		if (key === "PageUp") return isLong ? 0 : -page;
		if (key === "PageDown") return isLong ? 0 : page;
		if (field.value !== "") return 0;
		return { Home: -room.scrollHeight, End: room.scrollHeight }[key] ?? 0;
	}

	document.addEventListener("keydown", (event) => {
		const { key, target, ctrlKey, metaKey, altKey, shiftKey } = event;
		const isChord = ctrlKey || metaKey || altKey;
		if (event.defaultPrevented || isChord) return;
		const isOnBody = target === document.body;
		const isInRoom = target instanceof Node && room.contains(target);
		if ((isOnBody || isInRoom) && key.length === 1 && key !== " ")
			return field.focus();
		const by = shiftKey || !(isOnBody || target === field) ? 0 : distance(key);
		if (by === 0) return;
		event.preventDefault();
		room.scrollBy({ top: by });
	});
}

/**
 * Makes a list one tab stop, with the arrow keys between its messages and its
 * buttons. The buttons of a message can be reached from it alone.
 */
export function rovingFocus(selector: string, end: "first" | "last"): void {
	const list = find(selector, HTMLElement);
	const all = "article, button, summary";
	const within = (where: Element) => [
		...where.querySelectorAll<HTMLElement>(all),
	];
	const stops = () =>
		within(list).filter(
			(stop) =>
				!stop.parentElement?.closest("article") && stop.checkVisibility(),
		);

	/** Tab reaches the stop that has the focus, or else the one at an end. */
	function rove(to = stops().at(end === "first" ? 0 : -1)) {
		for (const stop of within(list))
			stop.tabIndex = to?.contains(stop) ? 0 : -1;
	}

	list.addEventListener("focusin", ({ target }) => {
		if (!(target instanceof Node)) return;
		const stop = stops().find((stop) => stop.contains(target));
		if (stop) rove(stop);
	});
	document.addEventListener("keydown", ({ key, target }) => {
		const isInside = target instanceof Node && list.contains(target);
		if (key === "Tab" && !isInside) rove();
	});
	list.addEventListener("keydown", (event) => {
		if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
		const all = stops();
		const at = all.findIndex((stop) => stop.matches(":focus, :focus-within"));
		if (at < 0) return;
		event.preventDefault();
		const next = all[at + (event.key === "ArrowUp" ? -1 : 1)];
		// A name alone would not say what the message is.
		const text = next?.querySelector(":scope > .line")?.textContent;
		if (next && text) next.ariaDescription = text;
		next?.focus();
	});
}
