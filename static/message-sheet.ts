/** What a long press on a message opens on a touch screen. It is loaded when it is first opened. */

import type { Said } from "../machines/message.ts";
import { showDialog } from "./dialog.ts";
import { make } from "./element.ts";
import { copyLink, openMenu } from "./lazy.ts";
import type { Page } from "./page.ts";
import { isEditable } from "./relations.ts";
import { t } from "./words.ts";

const QUICK = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

export function openSheet(message: Said, page: Page): void {
	const { relations, role, name } = page;
	const button = (words: string, act: () => unknown) => {
		const onclick = () => {
			dialog.close();
			void act();
		};
		const look = { type: "button", className: "ghost", onclick } as const;
		return make("button", look, words);
	};
	const isMine = message.name === name;
	const pin = message.pinned === undefined ? t("pin") : t("unpin");
	const own = [
		...(isEditable(message)
			? [button(t("edit"), () => page.edit(message))]
			: []),
		button(t("delete"), () => relations.erase(message)),
	];
	const others = [
		button(t("sheet.more"), () => openMenu(page, message.name, message)),
	];
	const dialog = showDialog(
		message.name,
		make(
			"div",
			"quick",
			...QUICK.map((emoji) =>
				button(emoji, () => relations.toggle(message, emoji)),
			),
		),
		button(t("sheet.react"), () => relations.choose(message)),
		button(t("reply"), () => page.reply(message)),
		button(t("copy"), () => navigator.clipboard?.writeText(message.text)),
		button(t("message.link"), () => copyLink(message)),
		...(role === "member"
			? []
			: [button(pin, () => relations.togglePin(message))]),
		button(t("unread"), () => page.markUnread(message)),
		...(isMine ? own : others),
	);
	dialog.classList.add("sheet");
}
