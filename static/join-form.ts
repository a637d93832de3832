/** The form that makes or joins a room by its name. */

import { find, say } from "./element.ts";
import { roomName } from "./room-name.ts";

const RULE =
	"A room’s name has letters, digits, “_” and “-”, at most 32 of them.";

export function joinForm(go: (room: string) => void): void {
	const field = find("#join-name", HTMLInputElement);
	function complain(words: string) {
		say("#join-trouble", words);
		field.ariaInvalid = String(words !== "");
	}
	field.oninput = () => complain("");
	find("#join", HTMLFormElement).onsubmit = (event) => {
		event.preventDefault();
		const name = roomName(field.value);
		complain(name ? "" : RULE);
		if (!name) return field.focus();
		field.value = "";
		go(name);
	};
}
