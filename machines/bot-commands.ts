/**
 * What a person may type to the bot instead of saying it to the room. The page
 * recognises a command by the same words as the server.
 */

import { BOT_NAME } from "./message.ts";

export const botCommands = [
	"ban",
	"unban",
	"kick",
	"unkick",
	"mute",
	"unmute",
	"remove",
	"block",
	"unblock",
	"report",
	"dismiss",
] as const;

export type BotCommand = (typeof botCommands)[number];

const TO_BOT = new RegExp(
	`^@${BOT_NAME}[,:]?\\s+(\\w+)\\s*(\\S*)\\s*(.*)$`,
	"is",
);

/** The parts of `@plumebot kick troll 1h shouting`; undefined if it is no command. */
export function readBotCommand(text: string) {
	const [, word = "", what = "", why = ""] = TO_BOT.exec(text.trim()) ?? [];
	const act = botCommands.find((each) => each === word.toLowerCase());
	return act && { act, what, why };
}
