/** All that can be done with a message. It is loaded when it is first opened. */

import type { Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
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
	current,
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
	const { role } = page;
	/** Others may edit or delete the message while it is open. What the reader saw there decides whether they give or take back. */
	const choice = (words: string, act: (now: Said) => unknown) => {
		const onclick = () => {
			dialog.close();
			const now = current(page, message);
			if (now.erased) showBriefly(t("message.deleted"));
			else void act(now);
		};
		return button("ghost", onclick, words);
	};
	const isMenu = beside instanceof Element && !isTouch();
	const isMine = page.isOwn(message.name);
	const given = reactionsOf(message, page).map(({ text, names }) =>
		make("p", "hint", `${text} `, ...nameList(names)),
	);
	/** These have buttons of their own where there is a mouse. */
	const alone = [
		choice(t("sheet.react"), () => chooseReaction(page, message)),
		choice(t("reply"), page.reply),
		...(isMine && isEditable(message) ? [choice(t("edit"), page.edit)] : []),
	];
	const pin = message.pinned === undefined ? t("pin") : t("unpin");
	const last = isMine
		? choice(t("delete"), (now) => eraseOne(now, page))
		: choice(t("sheet.more"), (now) =>
				openMenu({ page, name: now.name, message: now }),
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
		choice(t("copy"), ({ text }) => copyText(text)),
		choice(t("message.link"), copyLink),
		...(role === "member" ? [] : [choice(pin, () => togglePin(page, message))]),
		choice(t("unread"), page.markUnread),
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
