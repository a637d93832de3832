/**
 * Keeps the reader at the latest line, unless they scrolled up to read: then
 * nothing moves under their eyes, and a button counts what is new below.
 */

import { find, say } from "./element.ts";

/** A reader this near to the end, in CSS pixels, is at the end. */
const NEAR = 48;

export function follower() {
	const room = find("#room", HTMLElement);
	const button = find("#latest", HTMLButtonElement);
	let following = true;
	let height = 0;
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

	room.onscroll = () => {
		// A room that shrinks (keyboard, composer) scrolls without its reader.
		if (room.clientHeight !== height) return;
		following = room.scrollHeight - room.scrollTop - room.clientHeight < NEAR;
		update();
	};
	button.onclick = jump;
	/** Whoever was at the end still is. */
	function settle() {
		if (following) jump();
		else update();
	}

	new ResizeObserver(() => {
		height = room.clientHeight;
		settle();
	}).observe(room);

	return {
		jump,
		settle,
		isFollowing: () => following,
		/** To be called after a line was added at the end. */
		grew() {
			unseen += 1;
			settle();
		},
	};
}
