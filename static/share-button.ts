/** The button that shares the room's link, or copies it. */

import { find, say } from "./element.ts";
import { pathOf } from "./room-name.ts";

export function shareButton(room: () => string): void {
	const button = find("#share", HTMLButtonElement);
	function show(result = "") {
		say("#share-words", result || "Share link");
		button.classList.toggle("done", result !== "");
	}
	button.onclick = async () => {
		const url = location.origin + pathOf(room());
		try {
			if (navigator.share && matchMedia("(pointer: coarse)").matches) {
				await navigator.share({ title: `${room()} · Plume`, url });
			} else {
				await navigator.clipboard.writeText(url);
				show("Link copied");
			}
		} catch {
			// Sharing was refused or cancelled.
			show("Copy the address");
		}
		setTimeout(show, 3_000);
	};
}
