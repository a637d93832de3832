/**
 * The protocol of our own page, subprotocol `plume.2`: its frames are those of
 * the schema. What the schema does not know is refused, and no field that a
 * client sends becomes the `type` of a machine's event.
 */
import { type Item, LOBBY, MessageType } from "../../machines/message.ts";
import {
	type ClientFrame,
	readClientFrame,
	requestId,
	type ServerFrame,
	writeServerFrame,
} from "../../machines/protocol.ts";
import { type Json, parseJson, wholeFrom } from "../../machines/schema.ts";
import type { Latest, Refusal } from "../chat/server-message.ts";
import type { Command } from "../engine/command.ts";
import { languageOf } from "../languages/words.ts";
import type { Limits } from "../limits.ts";
import { type Dialect, isAboutCode, type Parsed } from "./dialect.ts";

export const plume2: Dialect = {
	parse(text, limits) {
		const json = parseJson(text);
		const asked = readClientFrame(json);
		return asked
			? { command: commandFrom(asked, limits, true) }
			: notUnderstood(json);
	},
	encode(message) {
		switch (message.kind) {
			case "page":
				return [...message.items.map(frame), frame(message)];
			case "latest":
				return latest(message);
			case "refused":
				return refusal(message);
			default:
				return [frame(message)];
		}
	},
};

/** `isModern`: whether the client can keep a session and ask for a code again. */
export function commandFrom(
	asked: ClientFrame,
	limits: Limits,
	isModern: boolean,
): Command {
	switch (asked.kind) {
		case "hello": {
			const { kind, id } = asked;
			const [typedName = "", ...rest] = asked.text.split("\n");
			const isNameless = isModern && typedName === "";
			const name = isNameless ? undefined : within(limits.nameUnits, typedName);
			const email = within(limits.emailUnits, rest.join("\n"));
			const room = within(limits.roomUnits, asked.room ?? LOBBY);
			const { invitation, lang } = asked;
			const who = { name, email, language: languageOf(lang) };
			return { kind, id, ...who, room, invitation, mayResend: isModern };
		}
		case "auth": {
			const { kind, id } = asked;
			const code = within(limits.codeUnits, asked.text);
			const name = asked.name && within(limits.nameUnits, asked.name);
			return { kind, id, code, name, wantsSession: isModern };
		}
		case "open": {
			const { session, client, pending, epoch, offset, time, lang } = asked;
			const hasSeen = epoch && offset !== undefined;
			const lastSeen = hasSeen ? { epoch, offset, time } : undefined;
			const room = within(limits.roomUnits, asked.room ?? LOBBY);
			const { kind, id } = asked;
			const language = languageOf(lang);
			const from = { room, lastSeen, language };
			return { kind, id, session, client, pending, ...from };
		}
		// The other commands are what their frames say.
		default:
			return asked;
	}
}

/** A text of at most so many UTF-16 units, else an empty one: normalising takes more than linear time. */
const within = (most: number, text: string) =>
	text.length <= most ? text : "";

const anyType = wholeFrom(0);
const lineNumber = wholeFrom(1);

export const notUnderstood = ({ type, id, n }: Json): Parsed => ({
	re: anyType.read(type) ?? undefined,
	id: requestId.read(id) ?? undefined,
	n: lineNumber.read(n) ?? undefined,
});

const frame = (message: ServerFrame) =>
	JSON.stringify(writeServerFrame(message));

/**
 * Everyone who enters is sent hundreds of items, nearly the same as those
 * before. Items never change and an erasure replaces them, so each is encoded
 * once, and its text is collected when its room forgets the item.
 */
const encodedItems = new WeakMap<Item, string>();

function encodedItem(item: Item): string {
	const text = encodedItems.get(item) ?? frame(item);
	encodedItems.set(item, text);
	return text;
}

function latest(message: Latest): readonly string[] {
	const { room, epoch, offset, said, items, isGap } = message;
	const more = (items[0]?.offset ?? offset + 1) > 1;
	return [
		...(isGap ? [frame({ kind: "gap", room, epoch, offset, said })] : []),
		...items.map(encodedItem),
		frame({ kind: "caughtUp", room, epoch, more }),
	];
}

/** Types of frames whose refusal is final if no login is pending. */
const endsLogin: ReadonlySet<number> = new Set([
	MessageType.hello,
	MessageType.auth,
]);

function refusal(refused: Refusal): readonly string[] {
	const { re, id, text, login, now = 0, inRoom } = refused;
	if (isAboutCode(refused)) {
		const next: ServerFrame = login
			? { kind: "pending", ...login, now, text, id }
			: refused;
		return [frame({ kind: "wrongCode", id }), frame(next)];
	}
	const isOver = !inRoom && !login && endsLogin.has(re ?? -1);
	return [frame(isOver ? { ...refused, kind: "mayNotEnter" } : refused)];
}
