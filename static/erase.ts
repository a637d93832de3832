/** Erases one of the reader's messages, or all of them, after a confirmation. */

import { confirmed } from "./confirm.ts";
import { find } from "./element.ts";

interface World {
	eraseOne(offset: number): void;
	eraseAll(): void;
	/** The question about one message is answered. */
	done(): void;
}

const ONE =
	"Its text is removed for everyone, and from the server’s log, for good. That a message was here stays visible.";
const ALL =
	"The text of all your messages, in every room, is removed for everyone and from the server’s log, for good. Your name is released, so that someone else may take it, and you are logged out everywhere. Nobody can bring any of it back. Export your messages first if you want to keep them.";

export function eraser({ eraseOne, eraseAll, done }: World): void {
	const log = find("#log", HTMLElement);
	log.addEventListener("click", async ({ target }) => {
		choose(log, target);
		if (!(target instanceof HTMLElement && target.matches(".delete"))) return;
		const offset = Number(target.dataset.offset);
		if (await confirmed("Delete this message?", ONE, "Delete"))
			eraseOne(offset);
		done();
	});
	find("#erase-all", HTMLButtonElement).onclick = async () => {
		const title = "Delete everything you said?";
		if (await confirmed(title, ALL, "Delete everything")) eraseAll();
	};
}

/** On a touch screen the first touch of a message shows its button. */
function choose(log: HTMLElement, target: EventTarget | null): void {
	const touched =
		target instanceof Element ? target.closest("article") : undefined;
	for (const article of log.querySelectorAll("article.chosen"))
		if (article !== touched) article.classList.remove("chosen");
	touched?.classList.toggle("chosen");
}
