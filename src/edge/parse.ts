/**
 * From what came over the wire to a Command, by allow-list: what is not
 * understood is not passed on, and nothing a client sends is ever the `type`
 * of a machine's event.
 */
import { LOBBY, MessageType } from "../../machines/message.ts";
import type { Command } from "../engine/command.ts";
import type { Limits } from "../limits.ts";
import { type Fields, parseHint } from "./hint.ts";

/** Items in a page of history, if nobody says how many, and at most. */
const [PAGE_ITEMS, MOST_PAGE_ITEMS] = [50, 200];

/** Characters in the id that a client gives a request. */
const MOST_ID = 32;

/** A frame, read: what its refusal must bring back, and what it asks, if that was understood. */
export interface ParsedFrame {
	/** Its type, as it was written; undefined where it has none. */
	readonly re: number | undefined;
	readonly id: string | undefined;
	readonly n: number | undefined;
	readonly command: Command | undefined;
}

/** Never throws. `isModern` if the client may send types above 5. */
export function parseFrame(
	frame: string,
	isModern: boolean,
	limits: Limits,
): ParsedFrame {
	const json = parseJson(frame);
	const fields = isObject(json) ? json : {};
	const { type, n } = fields;
	const id = isModern && isRequestId(fields.id) ? fields.id : undefined;
	const command = parseCommand(fields, isModern, limits);
	return {
		re: isNumber(type, 0) ? type : undefined,
		id,
		n: isModern && isNumber(n, 1) ? n : undefined,
		command: command && id !== undefined ? { ...command, id } : command,
	};
}

const isRequestId = (value: unknown): value is string =>
	typeof value === "string" && value.length > 0 && value.length <= MOST_ID;

/** Answers undefined for anything that is not a message a client may send. */
function parseCommand(
	fields: Fields,
	isModern: boolean,
	limits: Limits,
): Command | undefined {
	const { type } = fields;
	const hasId = isModern && type !== MessageType.text && "id" in fields;
	if (hasId && !isRequestId(fields.id)) return undefined;
	const text = fields.text ?? "";
	if (typeof text !== "string") return undefined;
	switch (type) {
		case MessageType.hello: {
			const [typedName = "", ...rest] = text.split("\n");
			const name = within(limits.nameUnits, typedName);
			const email = within(limits.emailUnits, rest.join("\n"));
			const room = isModern ? roomOf(fields, limits) : LOBBY;
			return { type, name, email, room, mayResend: isModern };
		}
		case MessageType.auth:
			return {
				type,
				code: within(limits.codeUnits, text),
				wantsSession: isModern,
			};
		case MessageType.text: {
			const { n } = fields;
			if (!isModern) return { type, text };
			if (n !== undefined && !isNumber(n, 1)) return undefined;
			const room = "room" in fields ? roomOf(fields, limits) : undefined;
			return { type, text, n, room };
		}
		case MessageType.open: {
			if (!isModern) return undefined;
			const session = id(fields.session);
			const client = id(fields.client);
			const pending = id(fields.pending);
			const epoch = id(fields.epoch);
			const { offset, time } = fields;
			const when = isNumber(time, 0) && { time };
			const place =
				epoch && isNumber(offset, 0) ? { epoch, offset, ...when } : undefined;
			const room = roomOf(fields, limits);
			return { type, session, client, pending, room, place };
		}
		case MessageType.signal: {
			const hint = isModern ? parseHint(fields) : undefined;
			return hint && { type, ...hint };
		}
		case MessageType.history: {
			const [room, epoch] = [id(fields.room), id(fields.epoch)];
			const { before } = fields;
			const limit = fields.limit ?? PAGE_ITEMS;
			const isPage = isModern && isNumber(before, 1) && isNumber(limit, 1);
			if (!isPage || room === undefined || epoch === undefined)
				return undefined;
			const most = Math.min(limit, MOST_PAGE_ITEMS);
			return { type, room, epoch, before, limit: most };
		}
		case MessageType.erase: {
			if (!isModern) return undefined;
			if (fields.mine === true) return { type, mine: true };
			const [room, epoch] = [id(fields.room), id(fields.epoch)];
			const { target } = fields;
			if (room === undefined || epoch === undefined) return undefined;
			if (!isNumber(target, 1)) return undefined;
			return { type, mine: false, room, epoch, target };
		}
		case MessageType.logout:
			return isModern ? { type, all: fields.all === true } : undefined;
		default:
			return undefined;
	}
}

const isObject = (value: unknown): value is Fields =>
	typeof value === "object" && value !== null;

const isNumber = (
	value: unknown,
	least: number,
	most = Number.MAX_SAFE_INTEGER,
): value is number =>
	Number.isSafeInteger(value) &&
	Number(value) >= least &&
	Number(value) <= most;

/** A text of at most so many UTF-16 units, else none: normalising takes more than linear time. */
const within = (most: number, text: string) =>
	text.length <= most ? text : "";

/** As it was written, the lobby if nothing was; what is no text is no name either. */
function roomOf(fields: Fields, { roomUnits }: Limits): string {
	const room = fields.room ?? LOBBY;
	return typeof room === "string" ? within(roomUnits, room) : "";
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
