/**
 * From what came over the wire to a Command, by allow-list: what is not
 * understood is not passed on, and nothing a client sends is ever the `type`
 * of a machine's event.
 */
import { LOBBY, MessageType } from "../../machines/message.ts";
import {
	type ClientFrame,
	readClientFrame,
	requestId,
} from "../../machines/protocol.ts";
import { parseJson, wholeFrom } from "../../machines/schema.ts";
import { parseRoomName } from "../chat/room-name.ts";
import type { Command } from "../engine/command.ts";
import type { Limits } from "../limits.ts";

/** Items in a page of history, if nobody says how many, and at most. */
const [PAGE_ITEMS, MOST_PAGE_ITEMS] = [50, 200];

/** What a frame asks; or, where that was not understood, what its refusal must bring back. */
export type ParsedFrame =
	| { readonly command: Command }
	| {
			/** Its type, as it was written; undefined where it has none. */
			readonly re: number | undefined;
			readonly id: string | undefined;
			readonly n: number | undefined;
	  };

const anyType = wholeFrom(0);
const lineNumber = wholeFrom(1);

/** Never throws. `isModern` if the client may send types above 2, and more than a text. */
export function parseFrame(
	frame: string,
	isModern: boolean,
	limits: Limits,
): ParsedFrame {
	const json = parseJson(frame);
	const { type, text } = json;
	const fields = isModern ? json : { type, text: text ?? "" };
	const isSpoken = isModern || Number(type) <= MessageType.auth;
	const asked = isSpoken ? readClientFrame(fields) : undefined;
	if (asked) return { command: commandOf(asked, isModern, limits) };
	return {
		re: anyType.read(type) ?? undefined,
		id: requestId.read(fields.id) ?? undefined,
		n: lineNumber.read(fields.n) ?? undefined,
	};
}

function commandOf(
	asked: ClientFrame,
	isModern: boolean,
	limits: Limits,
): Command {
	const { hello, auth, text, open, history, signal } = MessageType;
	const { id } = asked;
	switch (asked.kind) {
		case "hello": {
			const [typedName = "", ...rest] = asked.text.split("\n");
			const name = within(limits.nameUnits, typedName);
			const email = within(limits.emailUnits, rest.join("\n"));
			const room = within(limits.roomUnits, asked.room ?? LOBBY);
			return { type: hello, id, name, email, room, mayResend: isModern };
		}
		case "auth": {
			const code = within(limits.codeUnits, asked.text);
			return { type: auth, id, code, wantsSession: isModern };
		}
		case "text": {
			const { text: words, n, room } = asked;
			const meant = room && within(limits.roomUnits, room);
			return { type: text, id, text: words, n, room: meant };
		}
		case "open": {
			const { epoch, offset, time } = asked;
			const isPlaced = epoch && offset !== undefined;
			const place = isPlaced ? { epoch, offset, time } : undefined;
			const room = within(limits.roomUnits, asked.room ?? LOBBY);
			const { session, client, pending } = asked;
			return { type: open, id, session, client, pending, room, place };
		}
		case "typing":
		case "presence":
			return { type: signal, ...asked };
		case "heads": {
			const names = asked.rooms.flatMap((room) => parseRoomName(room) ?? []);
			return { type: signal, id, kind: "heads", rooms: [...new Set(names)] };
		}
		case "history": {
			const limit = Math.min(asked.limit ?? PAGE_ITEMS, MOST_PAGE_ITEMS);
			return { type: history, ...asked, limit };
		}
		case "erase":
			return { type: MessageType.erase, ...asked, mine: false };
		case "eraseAll":
			return { type: MessageType.erase, id, mine: true };
		case "logout":
			return { type: MessageType.logout, id, all: asked.all === true };
	}
}

/** A text of at most so many UTF-16 units, else none: normalising takes more than linear time. */
const within = (most: number, text: string) =>
	text.length <= most ? text : "";
