/** Reacts to a message with an emoji, and takes that back. */
import type { Command } from "../command.ts";
import type { Services } from "../services.ts";
import { refuse, type View } from "./decision.ts";
import { type About, nothingToDo, related, relating } from "./relate.ts";
import { mutedUntil } from "./sanction.ts";

/** UTF-8 bytes of an emoji. */
const MOST_EMOJI_BYTES = 64;
/** Unicode's set of emoji for general interchange (UTS #51), as this Node knows it. Other nodes may know another. */
const EMOJI = /^\p{RGI_Emoji}$/v;

/** Asks for coloured presentation. Some keyboards add it to every emoji, some to none. */
const PRESENTATION = "\ufe0f";

/** A text as the one emoji that it is, in the way in which Unicode lists it; undefined if it is none. */
export function emojiOf(text: string): string | undefined {
	if (Buffer.byteLength(text) > MOST_EMOJI_BYTES) return undefined;
	const bare = text.replaceAll(PRESENTATION, "");
	return [text, bare, bare + PRESENTATION].find((each) => EMOJI.test(each));
}

function spend(
	view: View,
	command: Pick<Command<"react">, "text">,
	limits: Services["requestLimits"],
) {
	const text = emojiOf(command.text);
	if (text === undefined) return refuse("isEmoji");
	return limits.countReaction(view) ?? limits.spend(view, text);
}

/** The reactions with this emoji to a message, and someone's own. */
function alike({ client, found }: About, typed: string) {
	const text = emojiOf(typed) ?? typed;
	const all = found.reactions.filter(({ erasable }) => erasable.text === text);
	const { identity } = client;
	return { text, all, own: all.find((one) => one.identity === identity) };
}

export const react = relating<"react">(spend, (about, command) => {
	const { view, client, room, found, fact } = about;
	const { text, all, own } = alike(about, command.text);
	if (own) return nothingToDo;
	if (mutedUntil(view, room) > 0) return { refused: "isNotMuted" };
	const kinds = new Set(found.reactions.map(({ erasable }) => erasable.text));
	const { reactionKinds, reactions } = view.limits;
	const isFull = all.length === 0 && kinds.size >= reactionKinds;
	if (isFull || found.reactions.length >= reactions)
		return { refused: "reactionsAreLeft" };
	const type = "message.reacted" as const;
	const reacted = { type, ...fact, client: client.id };
	const entry = view.secrets.worded(reacted, text);
	return related(room, { ...entry, found: [] });
});

export const unreact = relating<"unreact">(spend, (about, command) => {
	const { client, room, fact } = about;
	const { own } = alike(about, command.text);
	if (!own) return nothingToDo;
	const event = {
		...{ type: "message.unreacted" as const, ...fact },
		...{ client: client.id, reaction: own.offset },
	};
	return related(room, { event, found: [] });
});
