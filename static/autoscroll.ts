/**
 * Keeps the reader at the latest line, unless they scrolled up to read: then
 * nothing moves under their eyes, and a button counts what is new below. Only a
 * scroll to another place than the page itself has put it is the reader's.
 */

import { find, say } from "./element.ts";

/** A reader this near to the end, in CSS pixels, is at the end. */
const NEAR = 48;

export function makeAutoscroll() {
	const room = find("#room", HTMLElement);
	const button = find("#latest", HTMLButtonElement);
	const field = find("#text", HTMLTextAreaElement);
	let following = true;
	/** The window does not reach to the latest line. */
	let isAdrift = false;
	let height = 0;
	/** Where the page itself has put it, or the reader was last seen to. */
	let top = 0;
	let unread = 0;

	function jump() {
		following = true;
		room.scrollTop = room.scrollHeight;
		measure();
		update();
	}

	function update() {
		if (following) unread = 0;
		// What is hidden loses the focus. A keyboard on the screen comes only when it is called.
		if (following && button.matches(":focus"))
			(matchMedia("(pointer: coarse)").matches ? room : field).focus();
		button.hidden = following;
		say(button, unread > 0 ? `${unread} new below` : "Jump to latest");
	}

	room.addEventListener("scroll", () => {
		// A room that shrinks (keyboard, composer) scrolls without its reader.
		if (room.scrollTop === top || room.clientHeight !== height) return;
		top = room.scrollTop;
		following = !isAdrift && room.scrollHeight - height - top < NEAR;
		update();
	});

	function measure() {
		height = room.clientHeight;
		top = room.scrollTop;
	}

	room.addEventListener("click", ({ target }) => {
		if (!(target instanceof HTMLElement && target.matches(".more"))) return;
		// Whoever wants to see all of a text begins where it does.
		following = false;
		target.previousElementSibling?.classList.remove("long");
		room.focus({ preventScroll: true });
		target.remove();
		update();
	});

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
			room.scrollTop += Math.floor(top - edge);
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
			unread += 1;
			update();
		},
	};
}
