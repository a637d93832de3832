/** Erases one of the reader's messages, or all of them, after a confirmation. */

import type { Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { find, focusField, say } from "./element.ts";
import type { Page } from "./page.ts";

export const GONE =
	"Its text is removed for everyone, and from the server’s log, for good. That a message was here stays visible.";
const ALL =
	"The text of all your messages, in every room, is removed for everyone and from the server’s log, for good. Your name is released, so that someone else may take it, and you are logged out everywhere. Nobody can bring any of it back. Export your messages first if you want to keep them.";

const LATER =
	"There is no connection, so nothing was deleted. Try again once there is.";

/** `yes` is the label of the button that does it. Escape, like any other way to close the dialog, means no. */
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

export async function eraseOne(message: Said, page: Page): Promise<void> {
	const { room, epoch, offset: target } = message;
	if (await confirmed("Delete this message?", GONE, "Delete")) {
		page.send({ kind: "erase", room, epoch, target });
		if (!page.isOpen) showBriefly(LATER);
	}
	focusField();
}

export function eraser(page: Page): void {
	const log = find("#log");
	log.addEventListener("click", ({ target }) => choose(log, target));
	find("#erase-all").onclick = async () => {
		const title = "Delete everything you said?";
		const farewell = `All you said is gone, and “${page.name}” is free again.`;
		if (await confirmed(title, ALL, "Delete everything"))
			page.dispatch({ type: "eraseAll", update: { farewell } });
	};
}

/** On a touch screen the first touch of a message shows its button. */
function choose(log: HTMLElement, target: EventTarget | null): void {
	const touched = target instanceof Element && target.closest("article");
	for (const article of log.querySelectorAll("article.chosen"))
		if (article !== touched) article.classList.remove("chosen");
	if (touched) touched.classList.toggle("chosen");
}
