/**
 * From what came over the wire to a Command, by allow-list: what is not
 * understood is not passed on, and nothing a client sends is ever the `type`
 * of a machine's event.
 */
import { LOBBY, MessageType } from "../../machines/message.ts";
import type { Command } from "../engine/engine.ts";

/** Answers undefined for anything that is not a message a client may send. */
export function parseCommand(
	frame: string,
	mayResend: boolean,
): Command | undefined {
	const message = parseJson(frame);
	if (typeof message !== "object" || message === null) return undefined;
	const type = "type" in message ? message.type : undefined;
	const text = "text" in message ? message.text : "";
	if (typeof text !== "string") return undefined;
	switch (type) {
		case MessageType.hello: {
			const [name = "", ...rest] = text.split("\n");
			return { type, name, email: rest.join("\n"), room: LOBBY, mayResend };
		}
		case MessageType.auth:
			return { type, code: text };
		case MessageType.text: {
			const n = "n" in message ? message.n : undefined;
			if (n === undefined) return { type, text };
			if (typeof n !== "number" || !Number.isSafeInteger(n) || n < 1)
				return undefined;
			return { type, text, n };
		}
		default:
			return undefined;
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
