/** The protocol of the first Plume: types 0 to 5, and never anything else. */
import { BOT_NAME, MessageType } from "../../machines/message.ts";
import { readClientFrame } from "../../machines/protocol.ts";
import { parseJson } from "../../machines/schema.ts";
import type { ServerMessage } from "../chat/server-message.ts";
import type { Limits } from "../limits.ts";
import { type Dialect, isAboutCode, type Parsed } from "./dialect.ts";
import { commandFrom, notUnderstood } from "./protocol-v2.ts";

export const classic: Dialect = { parse, encode };

const classicKinds: ReadonlySet<string> = new Set(["hello", "text", "auth"]);

function parse(json: string, limits: Limits): Parsed {
	const { type, text } = parseJson(json);
	const fields = { type, text: text ?? "" };
	const asked = readClientFrame(fields);
	return asked && classicKinds.has(asked.kind)
		? { command: commandFrom(asked, limits, false) }
		: notUnderstood(fields);
}

function encode(message: ServerMessage): readonly string[] {
	switch (message.kind) {
		case "said": {
			const to = "answers" in message ? `@${message.answers} ` : "";
			return [frame(MessageType.text, message.name, to + message.text)];
		}
		case "aside":
		case "notice":
			return [frame(MessageType.text, message.name, message.text)];
		case "edited":
			if (message.erased) return [];
			return [
				frame(MessageType.text, message.name, `(edited) ${message.text}`),
			];
		case "entered":
		case "left":
			return [frame(MessageType.text, message.name, `${message.kind} chat`)];
		case "authenticated":
			return [frame(MessageType.authAck, message.name, "")];
		case "refused":
			if (message.inRoom)
				return [frame(MessageType.text, BOT_NAME, message.text)];
			if (isAboutCode(message)) return [frame(MessageType.authRst, "", "")];
			return [frame(MessageType.mayNotEnter, "", message.text)];
		// The classic protocol is finished: it never has words for anything else.
		default:
			return [];
	}
}

const frame = (type: number, name: string, text: string) =>
	JSON.stringify({ type, user: { name }, text });
