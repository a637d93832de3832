/**
 * Takes back what the reader said: one message by its button, which is one tab
 * stop for all of them, with arrows between; or everything, from the settings.
 */

import { confirmed } from "./confirm.ts";
import { find } from "./element.ts";

export function eraser(
	eraseOne: (target: number) => void,
	eraseAll: () => void,
	done: () => void,
) {
	const log = find("#log", HTMLElement);
	const buttons = () => [
		...log.querySelectorAll<HTMLElement>("button, summary"),
	];

	/** The last of them, or the one that has the focus, can be reached by Tab. */
	function rove(to = buttons().at(-1)) {
		for (const button of buttons()) button.tabIndex = button === to ? 0 : -1;
	}

	log.addEventListener("focusin", ({ target }) => {
		if (target instanceof HTMLElement && buttons().includes(target))
			rove(target);
	});
	document.addEventListener("keydown", ({ key, target }) => {
		const isInside = target instanceof Node && log.contains(target);
		if (key === "Tab" && !isInside) rove();
	});
	log.addEventListener("keydown", (event) => {
		if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
		const all = buttons();
		const at = all.findIndex((button) => button.matches(":focus"));
		if (at < 0) return;
		event.preventDefault();
		all[at + (event.key === "ArrowUp" ? -1 : 1)]?.focus();
	});
	/** On a touch screen a message is touched first, and then offers what can be done. */
	function choose(target: EventTarget | null) {
		const at = target instanceof Element ? target.closest("article") : null;
		for (const article of log.querySelectorAll("article.chosen"))
			if (article !== at) article.classList.remove("chosen");
		at?.classList.toggle("chosen");
	}
	log.addEventListener("click", async ({ target }) => {
		choose(target);
		if (!(target instanceof HTMLElement && target.matches(".delete"))) return;
		const offset = Number(target.dataset.offset);
		const title = "Delete this message?";
		const words =
			"Its text is removed for everyone, and from the server’s log, for good. That a message was here stays visible.";
		if (await confirmed(title, words, "Delete")) eraseOne(offset);
		done();
	});

	find("#erase-all", HTMLButtonElement).onclick = async () => {
		const title = "Delete everything you said?";
		const words =
			"The text of all your messages, in every room, is removed for everyone and from the server’s log, for good. Your name is released, so that someone else may take it, and you are logged out everywhere. Nobody can bring any of it back. Export your messages first if you want to keep them.";
		if (await confirmed(title, words, "Delete everything")) eraseAll();
	};
}
