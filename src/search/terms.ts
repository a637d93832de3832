/**
 * What the index knows of a message beside its words: its room, its author, whom
 * it mentions and answers. Each is a term, short and without a letter of the
 * name that it stands for.
 */
import { isPublic } from "../../machines/message.ts";
import { foldName, mentioned, PARTS } from "../../machines/text.ts";
import { tokensOf } from "../../machines/tokens.ts";
import { sha256 } from "../log/line.ts";

/** Two terms that are equal by chance are told apart when the message is read, or show one message too many. */
const TERM_LETTERS = 16;

const term = (kind: string, of: string): string =>
	kind +
	Buffer.from(sha256(of), "base64url").toString("hex", 0, TERM_LETTERS / 2);

export const roomTerm = (room: string) => term("r", room);
export const authorTerm = (name: string) => term("n", foldName(name));
export const mentionTerm = (name: string) => term("m", foldName(name));
/** An identity is a keyed hash itself. */
export const answeredTerm = (identity: string) => term("t", identity);
export const hasTerm = { link: "hl", reply: "hr" } as const;
/** In a room that anyone may enter. */
export const PUBLIC = "pub";

interface Described {
	readonly room: string;
	readonly name: string;
	readonly text: string;
	readonly isReply?: boolean;
	/** The identity of the person who is answered, if that is known. */
	readonly answered?: string | undefined;
}

const hasLink = (text: string): boolean =>
	text.includes("://") &&
	[...text.matchAll(PARTS)].some(({ groups }) => groups?.url !== undefined);

/** The terms of a message. Equal descriptions have equal terms: the index can only take out again what it was given. */
export function termsOf({ room, name, text, isReply, answered }: Described) {
	const terms = [roomTerm(room), authorTerm(name)];
	if (isPublic(room)) terms.push(PUBLIC);
	if (hasLink(text)) terms.push(hasTerm.link);
	if (isReply) terms.push(hasTerm.reply);
	if (answered !== undefined) terms.push(answeredTerm(answered));
	for (const folded of new Set(mentioned(text)))
		terms.push(mentionTerm(folded));
	return terms.join(" ");
}

/** What the index has of a text, wherever it was said. */
export const termsIn = (text: string): readonly string[] => [
	...tokensOf(text),
	...[...mentioned(text)].map(mentionTerm),
];
