/**
 * The menu about a person, or about a message of theirs. Each choice is a
 * command to the bot, which carries it out and answers.
 */

import { BOT_NAME, type Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { find, focusField, make, say } from "./element.ts";
import { confirmed, GONE } from "./erase.ts";
import type { Page } from "./page.ts";
import { nameTag } from "./person.ts";

/** What the menu's buttons are called. */
export const MENU = "block, report and more";
export const UNHEARD =
	"There is no connection, so the bot did not hear that. Try again once there is.";

/** UTF-16 units of a message that the menu shows. */
const MOST_SHOWN = 160;

/** The words on a button, and the command; NAME and OFFSET stand for what the menu is about. */
type Choice = readonly [words: string, command: string];

const REPORTS: readonly Choice[] = [
	["Report as spam", "report OFFSET spam"],
	["Report as abuse", "report OFFSET abuse"],
	["Report something else", "report OFFSET other"],
];
const REMOVE: Choice = ["Remove this message", "remove OFFSET"];
const IN_ROOM: readonly Choice[] = [
	["Mute for 10 minutes", "mute NAME 10m"],
	["Mute for an hour", "mute NAME 1h"],
	["Unmute", "unmute NAME"],
	["Send out for 5 minutes", "kick NAME 5m"],
	["Send out for a day", "kick NAME 1d"],
	["Let in again", "unkick NAME"],
];
const EVERYWHERE: readonly Choice[] = [
	["Ban for a week", "ban NAME 1w"],
	["Ban for good", "ban NAME"],
	["Unban", "unban NAME"],
];

/** `talk` opens a room for the two. */
export function openMenu(
	page: Page,
	name: string,
	message?: Said,
	talk?: () => void,
): void {
	const { role, room } = page;
	const isBlocked = page.isBlocked(name);
	const group = (legend: string, choices: readonly Choice[]) => {
		const buttons = choices.map(([words, command]) => {
			const onclick = () => void choose(page, name, message, command);
			const isHard = /^(ban|remove)/.test(command);
			const className = `block inline${isHard ? " danger" : ""}`;
			return make("button", { type: "button", className, onclick }, words);
		});
		return make(
			"fieldset",
			"",
			make("legend", "", legend),
			make("div", "row-of", ...buttons),
		);
	};
	find("#about-title").replaceChildren(nameTag(name));
	say("#about-text", message?.text.slice(0, MOST_SHOWN) ?? "");
	find("#why", HTMLInputElement).value = "";
	find("#about-others").hidden = role === "member";
	const talking = talk && name !== BOT_NAME ? [talkButton(talk)] : [];
	find("#about-own").replaceChildren(
		...talking,
		group("For yourself", [
			isBlocked ? ["Unblock", "unblock NAME"] : ["Block", "block NAME"],
			...(message ? REPORTS : []),
		]),
	);
	find("#about-choices").replaceChildren(
		group(`In ${page.titleOf(room)}`, message ? [REMOVE, ...IN_ROOM] : IN_ROOM),
		...(role === "admin" ? [group("In every room", EVERYWHERE)] : []),
	);
	find("#about", HTMLDialogElement).showModal();
}

const talkButton = (talk: () => void) => {
	const onclick = () => {
		find("#about", HTMLDialogElement).close();
		talk();
	};
	const button = {
		type: "button",
		className: "block inline",
		onclick,
	} as const;
	return make("button", button, "Talk directly");
};

async function choose(
	page: Page,
	name: string,
	message: Said | undefined,
	command: string,
): Promise<void> {
	find("#about", HTMLDialogElement).close();
	const isLast = command.startsWith("remove");
	if (!isLast || (await confirmed("Remove this message?", GONE, "Remove"))) {
		const about = command
			.replace("NAME", name)
			.replace("OFFSET", `${message?.offset}`);
		const isSaid = !/block|report/.test(command);
		const why = isSaid ? find("#why", HTMLInputElement).value : "";
		if (!page.tellBot(`@${BOT_NAME} ${about} ${why}`.trim()))
			showBriefly(UNHEARD);
	}
	focusField();
}
