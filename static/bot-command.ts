/** A command to the bot may begin with a slash in place of its name. */

import { readBotCommand } from "../machines/bot-commands.ts";
import { BOT_NAME } from "../machines/message.ts";
import { withoutEmptyLines } from "../machines/text.ts";
import { t } from "./words.ts";

const COMMAND = new RegExp(
	`^\\s*(?:/|@${BOT_NAME}[,:]?\\s+)\\p{L}[\\p{L}\\p{N}_-]*(?:\\s|$)`,
	"iu",
);

/** Whether it looks like a command, although there may be none of that name. */
export const looksLikeCommand = (typed: string): boolean => COMMAND.test(typed);

/** What the bot is told, if it knows this command. */
export function commandIn(typed: string): string | undefined {
	const text = typed.replace(/^\s*\//, `@${BOT_NAME} `);
	return readBotCommand(text) && text;
}

/** Whether it is a command, or looks like one: that is not mixed with other words, for it may not be for the room. */
export function isForNobody(draft: string): boolean {
	const typed = withoutEmptyLines(draft);
	return looksLikeCommand(typed) || commandIn(typed) !== undefined;
}

/** Asks once about a text that looks like a command: it is sent when it is submitted again. */
export function asksOnce(): (typed: string) => string {
	let questioned = "";
	return (typed) => {
		if (!looksLikeCommand(typed) || typed === questioned) return "";
		questioned = typed;
		return t("composer.command", { text: typed.slice(0, 40) });
	};
}
