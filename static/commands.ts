/** What can be done by typing a slash: what some buttons do, and what the bot is asked about a person. */

import { BOT_NAME } from "../machines/message.ts";
import { find, make } from "./element.ts";
import type { Page } from "./page.ts";
import { leaveOwn } from "./room-dialog.ts";
import { t } from "./words.ts";

/** What a list at the field offers. */
export interface Option {
	readonly name: string;
	readonly element: HTMLElement;
	take(): void;
}

const BUTTONS = [
	["search", t("search"), "#search-here"],
	["go", t("keys.go"), "#go-to"],
	["pins", t("pins"), "#show-pins"],
	["keys", t("keys"), "#show-keys"],
	["members", t("html.members"), "#members"],
	["share", t("share"), "#share"],
	["leave", t("html.leave"), "#leave"],
	["settings", t("html.settings"), "#me"],
] as const;

const FOR_ALL = { block: t("block"), unblock: t("unblock") };
const FOR_MODERATORS = {
	...{ mute: t("command.mute"), unmute: t("unmute") },
	...{ kick: t("command.kick"), unkick: t("unkick") },
};
const FOR_ADMINS = { ban: t("command.ban"), unban: t("unban") };

/** Those that the reader may use now. What needs a name is written into the field. */
export function commands(
	page: Page,
	write: (text: string) => void,
): readonly Option[] {
	const option = (name: string, does: string, take: () => void) => {
		const words = [make("b", { dir: "ltr" }, `/${name}`), ` ${does}`];
		return { name, element: make("span", "", ...words), take };
	};
	const press = (button: HTMLElement) => () => {
		write("");
		button.click();
	};
	const leave = () => {
		write("");
		void leaveOwn(page);
	};
	const isPrivate = page.ownRoom?.access === "private";
	const { role } = page;
	const aboutPeople = {
		...FOR_ALL,
		...(role !== "member" && FOR_MODERATORS),
		...(role === "admin" && FOR_ADMINS),
	};
	return [
		...BUTTONS.filter(([, , button]) => !find(button).hidden).map(
			([name, does, button]) => option(name, does, press(find(button))),
		),
		...(isPrivate ? [option("leave", t("html.leave"), leave)] : []),
		...Object.entries(aboutPeople).map(([name, does]) =>
			option(name, does, () => write(`@${BOT_NAME} ${name} @`)),
		),
	];
}
