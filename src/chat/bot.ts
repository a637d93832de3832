/**
 * `@plumebot` is an ordinary Client that lives in the process. It hosts a
 * room, owns its name, and tells each newcomer, in private, where they are and
 * that what they say is tied to their email.
 */
import type { Claim } from "../../machines/events.ts";
import { BOT_NAME, isPublic, LOBBY } from "../../machines/message.ts";
import { sayIn } from "../languages/words.ts";
import { retentionInWords } from "../retention.ts";
import type { Batch } from "./batch.ts";
import type { Client } from "./client.ts";
import { Mailbox } from "./mailbox.ts";
import { parseName } from "./name.ts";

/** The bot's claim to its name; no email has this identity. */
export const botClaim: Claim = {
	identity: BOT_NAME,
	name: BOT_NAME,
	nameKey: parseName(BOT_NAME)?.nameKey ?? BOT_NAME,
};

/** A bot to host one room. */
export function makeBot(): Client {
	const user = { name: BOT_NAME, email: "" };
	const mailbox = new Mailbox(new Set(), (batch) => listen(bot, batch));
	const bot: Client = { id: BOT_NAME, user, mailbox };
	return bot;
}

function listen({ room }: Client, { messages }: Batch): void {
	for (const message of messages) {
		if (message.kind !== "entered") continue;
		const newcomer = room?.attached.get(message.client);
		if (!room || !newcomer) continue;
		const { name, email, language } = newcomer.user;
		// A person who returns by a session has read this before, and nobody knows their email.
		if (!email) continue;
		const { retentionHours } = room;
		const say = sayIn(language);
		const named = isPublic(room.name) ? "bot.room" : "bot.here";
		const key = room.name === LOBBY ? "bot.lobby" : named;
		room.whisper(newcomer, say(key, { name, room: room.name }));
		room.whisper(newcomer, say("bot.email", { email }));
		if (retentionHours !== undefined)
			room.whisper(newcomer, retentionInWords(say, retentionHours));
	}
}
