/** A command to the bot may begin with a slash in place of its name. */

import { readBotCommand } from "../machines/bot-commands.ts";
import { BOT_NAME } from "../machines/message.ts";

/** What looks like a command, although the bot may know none of that name. */
export const COMMAND = /^\/\p{L}[\p{L}\p{N}_-]*(?:\s|$)/u;

/** What the bot is told, if it knows this command. */
export function commandIn(typed: string): string | undefined {
	const text = typed.replace(/^\//, `@${BOT_NAME} `);
	return readBotCommand(text) && text;
}
