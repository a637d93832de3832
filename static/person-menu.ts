/**
 * The menu about a person, or about a message of theirs. Each choice is a
 * command to the bot, which carries it out and answers. It is loaded when it is
 * first opened.
 */

import { BOT_NAME, type Said } from "../machines/message.ts";
import { showBriefly, UNHEARD } from "./brief-notice.ts";
import { showDialog } from "./dialog.ts";
import { focusField, make } from "./element.ts";
import { confirmed, GONE } from "./erase.ts";
import type { Page } from "./page.ts";

const WHY = "A person who is muted, sent out or banned reads it.";

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

interface About {
	readonly page: Page;
	readonly name: string;
	readonly message: Said | undefined;
	/** Opens a room for the two. */
	readonly talk: (() => void) | undefined;
}

export function openMenu(about: About): void {
	const { page, name, message, talk } = about;
	const why = make("input", { id: "why", maxLength: 200, dir: "auto" });
	why.autocomplete = "off";
	why.setAttribute("aria-describedby", "why-hint");
	const group = (legend: string, choices: readonly Choice[]) => {
		const buttons = choices.map(([words, command]) => {
			const isHard = /^(ban|remove)/.test(command);
			return button(words, isHard ? " danger" : "", () => {
				dialog.close();
				void choose(about, command, why.value);
			});
		});
		const title = make("legend", "", legend);
		return make("fieldset", "", title, make("div", "row-of", ...buttons));
	};
	const isBlocked = page.isBlocked(name);
	const own = group("For yourself", [
		isBlocked ? ["Unblock", "unblock NAME"] : ["Block", "block NAME"],
		...(message ? REPORTS : []),
	]);
	const talking = () => {
		dialog.close();
		talk?.();
	};
	const inRoom = message ? [REMOVE, ...IN_ROOM] : IN_ROOM;
	const others = [
		make("label", { htmlFor: "why" }, "Reason, if you want to say one"),
		why,
		make("p", { id: "why-hint", className: "hint" }, WHY),
		group(`In ${page.titleOf(page.room)}`, inRoom),
		...(page.role === "admin" ? [group("In every room", EVERYWHERE)] : []),
	];
	const text = message?.text.slice(0, MOST_SHOWN) ?? "";
	const dialog = showDialog(
		name,
		make("p", { className: "hint", dir: "auto" }, text),
		...(talk && name !== BOT_NAME
			? [button("Talk directly", "", talking)]
			: []),
		own,
		...(page.role === "member" ? [] : others),
	);
}

function button(words: string, className: string, onclick: () => void) {
	const look = `block inline${className}`;
	return make("button", { type: "button", className: look, onclick }, words);
}

async function choose(
	{ page, name, message }: About,
	command: string,
	reason: string,
): Promise<void> {
	const isLast = command.startsWith("remove");
	if (!isLast || (await confirmed("Remove this message?", GONE, "Remove"))) {
		const about = command
			.replace("NAME", name)
			.replace("OFFSET", `${message?.offset}`);
		const why = /block|report/.test(command) ? "" : reason;
		if (!page.tellBot(`@${BOT_NAME} ${about} ${why}`.trim()))
			showBriefly(UNHEARD);
	}
	focusField();
}
