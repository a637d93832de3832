/** Keys from anywhere: typing goes into the composer, and paging keys scroll the room. */

import { find } from "./element.ts";

/** The part of the room that stays visible when a page is turned. */
const OVERLAP = 0.1;

export function roomKeys(): void {
	const room = find("#room", HTMLElement);
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
		if (event.defaultPrevented || event.isComposing || isChord) return;
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
