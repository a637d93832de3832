/**
 * From what came over the wire to a Command, by allow-list: what is not
 * understood is not passed on, and nothing a client sends is ever the `type`
 * of a machine's event.
 */
import { LOBBY, MessageType } from "../../machines/message.ts";
import type { Command } from "../engine/command.ts";
import { parseHint } from "./hint.ts";

/** Items in a page of history, if nobody says how many, and at most. */
const [PAGE_ITEMS, MOST_PAGE_ITEMS] = [50, 200];

/** Answers undefined for anything that is not a message a client may send; `isModern` if it may send types above 5. */
export function parseCommand(
	frame: string,
	isModern: boolean,
): Command | undefined {
	const message = parseJson(frame);
	if (typeof message !== "object" || message === null) return undefined;
	const fields = new Map<string, unknown>(Object.entries(message));
	const type = fields.get("type");
	const text = fields.get("text") ?? "";
	if (typeof text !== "string") return undefined;
	switch (type) {
		case MessageType.hello: {
			const [name = "", ...rest] = text.split("\n");
			const email = rest.join("\n");
			const room = isModern ? roomOf(fields) : LOBBY;
			return { type, name, email, room, mayResend: isModern };
		}
		case MessageType.auth:
			return { type, code: text, wantsSession: isModern };
		case MessageType.text: {
			const n = fields.get("n");
			if (!isModern) return { type, text };
			const room = fields.has("room") ? { room: roomOf(fields) } : {};
			if (n === undefined) return { type, text, ...room };
			return isNumber(n, 1) ? { type, text, n, ...room } : undefined;
		}
		case MessageType.open: {
			if (!isModern) return undefined;
			const [session, client, pending, epoch] = [
				"session",
				"client",
				"pending",
				"epoch",
			].map((name) => id(fields.get(name)));
			const offset = fields.get("offset");
			const place =
				epoch && isNumber(offset, 0) ? { epoch, offset } : undefined;
			const room = roomOf(fields);
			return { type, session, client, pending, room, place };
		}
		case MessageType.signal: {
			const hint = isModern ? parseHint(fields) : undefined;
			return hint && { type, ...hint };
		}
		case MessageType.history: {
			const [room, epoch] = [id(fields.get("room")), id(fields.get("epoch"))];
			const before = fields.get("before");
			const limit = fields.get("limit") ?? PAGE_ITEMS;
			const isPage =
				isModern && isNumber(before, 1) && isNumber(limit, 1, MOST_PAGE_ITEMS);
			if (!isPage || room === undefined || epoch === undefined)
				return undefined;
			return { type, room, epoch, before, limit };
		}
		case MessageType.erase: {
			if (!isModern) return undefined;
			if (fields.get("mine") === true) return { type, mine: true };
			const [room, epoch] = [id(fields.get("room")), id(fields.get("epoch"))];
			const target = fields.get("target");
			if (room === undefined || epoch === undefined) return undefined;
			if (!isNumber(target, 1)) return undefined;
			return { type, mine: false, room, epoch, target };
		}
		case MessageType.logout:
			return isModern ? { type, all: fields.get("all") === true } : undefined;
		default:
			return undefined;
	}
}

const isNumber = (
	value: unknown,
	least: number,
	most = Number.MAX_SAFE_INTEGER,
): value is number =>
	Number.isSafeInteger(value) &&
	Number(value) >= least &&
	Number(value) <= most;

/** As it was written, the lobby if nothing was; what is no text is no name either. */
function roomOf(fields: ReadonlyMap<string, unknown>): string {
	const room = fields.get("room") ?? LOBBY;
	return typeof room === "string" ? room : "";
}

/** An id is short text; anything else is as good as none. */
const id = (value: unknown): string | undefined =>
	typeof value === "string" && value.length <= 64 ? value : undefined;

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
