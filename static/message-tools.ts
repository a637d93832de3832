/** The buttons at a message, and the reactions below it. */

import type { Said } from "../machines/message.ts";
import { icon, make } from "./element.ts";
import { copyLink, MENU, openMenu } from "./lazy.ts";
import type { Page } from "./page.ts";
import { isEditable } from "./relations.ts";
import { t } from "./words.ts";

/** The buttons of the timeline share one tab stop. */
export const BUTTON = { type: "button", tabIndex: -1 } as const;

/** What is drawn on each button. */
const lines = {
	react: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M7.5 8v.5M12.5 8v.5M7 12q3 3 6 0",
	reply: "M8 5 4 9l4 4M4 9h7q5 0 5 6",
	edit: "M4 16l1-4 8-8 3 3-8 8zM11 6l3 3",
	link: "M8 12l4-4M9 6l3-3 5 5-3 3M6 9l-3 3 5 5 3-3",
	pin: "M7 3h6M8 3v5l-3 4h10l-3-4V3M10 12v5",
	delete: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
	unread: "M3 6h14v9H3zM3 6l7 5 7-5",
	more: "M4.5 10h.5M10 10h.5M15.5 10h.5",
};

function tool(
	title: string,
	drawing: string,
	onclick: () => void,
	ariaHasPopup: "dialog" | null = null,
): HTMLElement {
	const names = { title, ariaLabel: title, ariaHasPopup, className: "tool" };
	return make("button", { ...BUTTON, ...names, onclick }, icon(drawing));
}

export function messageTools(message: Said, page: Page): HTMLElement {
	const isMine = message.name === page.name;
	const { relations, role } = page;
	const react = () => void relations.choose(message);
	const pinned = message.pinned === undefined ? t("pin") : t("unpin");
	const mayEdit = isMine && isEditable(message);
	return make(
		"div",
		"tools",
		tool(t("react"), lines.react, react, "dialog"),
		tool(t("reply"), lines.reply, () => page.reply(message)),
		tool(t("unread"), lines.unread, () => page.markUnread(message)),
		tool(t("message.link"), lines.link, () => void copyLink(message)),
		...(mayEdit ? [tool(t("edit"), lines.edit, () => page.edit(message))] : []),
		...(role === "member"
			? []
			: [tool(pinned, lines.pin, () => void relations.togglePin(message))]),
		isMine
			? tool(
					t("message.delete"),
					lines.delete,
					() => void relations.erase(message),
				)
			: tool(
					MENU,
					lines.more,
					() => void openMenu(page, message.name, message),
					"dialog",
				),
	);
}

/** One button for each emoji: to give it too, or to take it back. */
export function reactionsElement(message: Said, page: Page): HTMLElement[] {
	const chips = (message.reactions ?? []).flatMap(({ text, by }) => {
		const names = by.flatMap(({ name }) => (page.isBlocked(name) ? [] : name));
		if (names.length === 0) return [];
		const ariaPressed = String(names.includes(page.name));
		const onclick = () => void page.relations.toggle(message, text);
		const title = names.join(", ");
		const chip = { className: "chip", title, ariaPressed, onclick };
		return make("button", { ...BUTTON, ...chip }, `${text} ${names.length}`);
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
