/** Asks before something that cannot be undone. Escape, like any other way to close it, means no. */

import { find, say } from "./element.ts";

/** `yes` is the label of the button that does it. */
export function confirmed(title: string, words: string, yes: string) {
	const dialog = find("#confirm", HTMLDialogElement);
	say("#confirm-title", title);
	say("#confirm-words", words);
	say("#confirm-yes", yes);
	dialog.returnValue = "";
	dialog.showModal();
	return new Promise<boolean>((resolve) => {
		dialog.onclose = () => resolve(dialog.returnValue === "yes");
	});
}
