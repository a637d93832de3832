/** Asks before what cannot be undone. Escape, and closing in any other way, mean no. */

import { find, say } from "./element.ts";

/** `yes` is the word on the button that does it. */
export function confirmed(title: string, words: string, yes: string) {
	const dialog = find("#confirm", HTMLDialogElement);
	say("#confirm-title", title);
	say("#confirm-words", words);
	say("#confirm-yes", yes);
	dialog.returnValue = "";
	dialog.showModal();
	return new Promise<boolean>((resolve) => {
		dialog.addEventListener(
			"close",
			() => resolve(dialog.returnValue === "yes"),
			{ once: true },
		);
	});
}
