/** Keys that lead to other rooms, and those that act on the message in focus. */

import { find } from "./element.ts";
import { later, open } from "./lazy.ts";
import type { Page } from "./page.ts";
import { isEditable } from "./relations.ts";

type Action = (() => unknown) | undefined;

export function shortcuts(page: Page): void {
	const onKey = (event: KeyboardEvent) => {
		const isBusy = document.querySelector("dialog[open]") !== null;
		const isShown = find("#chat").checkVisibility();
		if (isBusy || !isShown) return;
		const act = actionFor(page, event);
		if (!act) return;
		event.preventDefault();
		event.stopPropagation();
		act();
	};
	// Before any letter starts a line.
	document.addEventListener("keydown", onKey, true);
}

function actionFor(page: Page, event: KeyboardEvent): Action {
	const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
	if ((ctrlKey || metaKey) && key === "k") return () => open(page, "go");
	if ((ctrlKey || metaKey) && shiftKey && key.toLowerCase() === "f")
		return () => open(page, "search");
	const isUpOrDown = key === "ArrowUp" || key === "ArrowDown";
	if (altKey && isUpOrDown)
		return async () =>
			(await later())?.goBeside(key === "ArrowUp" ? -1 : 1, shiftKey);
	const isInField =
		target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
	if (isInField || ctrlKey || metaKey || altKey) return undefined;
	if (key === "?") return () => open(page, "keys");
	return target instanceof Element ? onMessage(page, key, target) : undefined;
}

/** What a key does to the message that has the focus. */
function onMessage(page: Page, key: string, target: Element): Action {
	const article = target.closest<HTMLElement>("article[data-offset]");
	const line = article && page.lineAt(Number(article.dataset.offset));
	if (line?.kind !== "said" || line.erased) return undefined;
	const isMine = page.isOwn(line.name);
	if (key === "r") return () => page.reply(line);
	if (key === "e" && isMine && isEditable(line)) return () => page.edit(line);
	if (key === "Delete" && isMine)
		return async () => (await later())?.eraseOne(line, page);
	return undefined;
}
