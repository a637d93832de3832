/**
 * Keeps the reader at the latest line, unless they scrolled up to read: then
 * nothing moves under their eyes, and a button counts what is new below. Sizes
 * are read once for each frame, however many lines came in it.
 */

import { find, say } from "./element.ts";

/** A reader this near to the end, in CSS pixels, is at the end. */
const NEAR = 48;

export function follower() {
	const room = find("#room", HTMLElement);
	const button = find("#latest", HTMLButtonElement);
	let following = true;
	/** The window does not reach to the latest line. */
	let isAdrift = false;
	let height = 0;
	/** How far one could scroll when it was last laid out. */
	let end = 0;
	let unseen = 0;

	function jump() {
		following = true;
		room.scrollTop = room.scrollHeight;
		update();
	}

	function update() {
		if (following) unseen = 0;
		button.hidden = following;
		say(button, unseen > 0 ? `${unseen} new below` : "Jump to latest");
	}

	room.addEventListener("scroll", () => {
		// A room that shrinks (keyboard, composer) scrolls without its reader.
		if (room.clientHeight !== height) return;
		following = !isAdrift && end - room.scrollTop < NEAR;
		update();
	});

	function measure() {
		height = room.clientHeight;
		end = room.scrollHeight - height;
	}

	const sizes = new ResizeObserver(() => {
		if (following) jump();
		measure();
	});
	for (const part of [room, ...room.children]) sizes.observe(part);

	return {
		jump,
		/** To be called after the page itself has scrolled, or that would count as the reader's doing. */
		measure,
		/** Reading begins there, if that and the end can't be seen together. */
		beginAt(element: Element) {
			if (!following) return;
			jump();
			const tops = [element, room].map(
				(each) => each.getBoundingClientRect().top,
			);
			const [top = 0, edge = 0] = tops;
			if (top >= edge) return;
			room.scrollTop += top - edge;
			following = false;
			measure();
			update();
		},
		/** Wherever the window is. */
		toEnd: () => button.click(),
		isFollowing: () => following,
		isAdrift: () => isAdrift,
		/** Whether there is more after the last row than the window shows. */
		leaveEnd(adrift: boolean) {
			isAdrift = adrift;
			if (adrift) following = false;
			update();
		},
		/** Something new was said. */
		grew() {
			unseen += 1;
			update();
		},
	};
}
