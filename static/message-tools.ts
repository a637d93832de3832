/** The buttons at a message, and the reactions below it. */

import type { Said } from "../machines/message.ts";
import { button, icon, make } from "./element.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { chooseReaction, isEditable, toggleReaction } from "./relations.ts";
import { number, t } from "./words.ts";

/** What is drawn on each button. */
const lines = {
	react: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M7.5 8v.5M12.5 8v.5M7 12q3 3 6 0",
	reply: "M8 5 4 9l4 4M4 9h7q5 0 5 6",
	edit: "M4 16l1-4 8-8 3 3-8 8zM11 6l3 3",
	more: "M4 9.5h1v1H4zM9.5 9.5h1v1h-1zM15 9.5h1v1h-1z",
};

function tool(
	title: string,
	drawing: string,
	onclick: (event: Event) => void,
	ariaHasPopup: "dialog" | null = null,
): HTMLElement {
	const names = { title, ariaLabel: title, ariaHasPopup, className: "tool" };
	return button({ tabIndex: -1, ...names }, onclick, icon(drawing));
}

export function messageTools(message: Said, page: Page): HTMLElement {
	const isMine = page.isOwn(message.name);
	const react = () => void chooseReaction(page, message);
	const more = async ({ target }: Event) =>
		(await later())?.openSheet(message, page, target);
	const mayEdit = isMine && isEditable(message);
	return make(
		"div",
		"tools",
		tool(t("react"), lines.react, react, "dialog"),
		tool(t("reply"), lines.reply, () => page.reply(message)),
		...(mayEdit ? [tool(t("edit"), lines.edit, () => page.edit(message))] : []),
		tool(t("html.more"), lines.more, more, "dialog"),
	);
}

/** Each emoji, and who gave it of those who are not blocked. */
export const reactionsOf = ({ reactions = [] }: Said, page: Page) =>
	reactions
		.map(({ text, by }) => {
			const names = by.map(({ name }) => name);
			return { text, names: names.filter((name) => !page.isBlocked(name)) };
		})
		.filter(({ names }) => names.length > 0);

/** One button for each emoji: to give it too, or to take it back. */
export function reactionsElement(message: Said, page: Page): HTMLElement[] {
	const chips = reactionsOf(message, page).map(({ text, names }) => {
		const ariaPressed = String(names.some((name) => page.isOwn(name)));
		const onclick = () => void toggleReaction(page, message, text);
		const shown = `${text} ${number(names.length)}`;
		const title = names.join(", ");
		const ariaLabel = `${shown}: ${title}`;
		const chip = { className: "chip", title, ariaLabel, ariaPressed };
		return button({ tabIndex: -1, ...chip }, onclick, shown);
	});
	return chips.length > 0 ? [make("div", "reactions", ...chips)] : [];
}

/** On a touch screen the first touch of a message shows its buttons. */
export function choose(log: HTMLElement, target: EventTarget | null): void {
	const touched = target instanceof Element && target.closest("article");
	for (const article of log.querySelectorAll("article.chosen"))
		if (article !== touched) article.classList.remove("chosen");
	if (touched) touched.classList.toggle("chosen");
}
