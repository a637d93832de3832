/** All that can be done with a message. It is loaded when it is first opened. */

import type { Said } from "../machines/message.ts";
import { arrowKeys, showDialog } from "./dialog.ts";
import { button, isTouch, make } from "./element.ts";
import { eraseOne } from "./erase.ts";
import { copyLink, copyText } from "./message-link.ts";
import { reactionsOf } from "./message-tools.ts";
import type { Page } from "./page.ts";
import { nameList } from "./person.ts";
import { openMenu } from "./person-menu.ts";
import {
	chooseReaction,
	isEditable,
	togglePin,
	toggleReaction,
} from "./relations.ts";
import { t } from "./words.ts";

/** Pixels between a menu and the edge of the window. */
const EDGE = 8;
const QUICK = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

/** `beside` is the button that asked for it: where there is a mouse, it stands there. */
export function openSheet(
	message: Said,
	page: Page,
	beside?: EventTarget | null,
): void {
	const { role, name } = page;
	const choice = (words: string, act: () => unknown) => {
		const onclick = () => {
			dialog.close();
			void act();
		};
		return button("ghost", onclick, words);
	};
	const isMenu = beside instanceof Element && !isTouch();
	const isMine = message.name === name;
	const given = reactionsOf(message, page).map(({ text, names }) =>
		make("p", "hint", `${text} `, ...nameList(names)),
	);
	/** These have buttons of their own where there is a mouse. */
	const alone = [
		choice(t("sheet.react"), () => chooseReaction(page, message)),
		choice(t("reply"), () => page.reply(message)),
		...(isMine && isEditable(message)
			? [choice(t("edit"), () => page.edit(message))]
			: []),
	];
	const pin = message.pinned === undefined ? t("pin") : t("unpin");
	const last = isMine
		? choice(t("delete"), () => eraseOne(message, page))
		: choice(t("sheet.more"), () =>
				openMenu({ page, name: message.name, message }),
			);
	const dialog = showDialog(
		message.name,
		make(
			"div",
			"quick",
			...QUICK.map((emoji) =>
				choice(emoji, () => toggleReaction(page, message, emoji)),
			),
		),
		...given,
		...(isMenu ? [] : alone),
		choice(t("copy"), () => copyText(message.text)),
		choice(t("message.link"), () => copyLink(message)),
		...(role === "member" ? [] : [choice(pin, () => togglePin(page, message))]),
		choice(t("unread"), () => page.markUnread(message)),
		last,
	);
	const buttons = [...dialog.querySelectorAll<HTMLElement>(".ghost")];
	arrowKeys(dialog, () => buttons);
	dialog.classList.add(isMenu ? "menu" : "sheet");
	if (!isMenu) return;
	// A menu has no button that closes it, which has the focus otherwise.
	buttons[0]?.focus();
	const { bottom, right } = beside.getBoundingClientRect();
	const { offsetHeight, offsetWidth } = dialog;
	const top = Math.min(bottom, innerHeight - offsetHeight - EDGE);
	const left = Math.max(right - offsetWidth, EDGE);
	dialog.style.top = `${top}px`;
	dialog.style.left = `${left}px`;
}
