/**
 * Frames, as the page understands them. What the server sends becomes, once
 * and here, an event for the page machine or something for the room; a field
 * of the wrong type reads as empty, a frame of an unknown type is ignored. Its
 * times come by the server's clock and leave by this browser's.
 */

import {
	type Said as ItemSaid,
	MessageType,
	type Place,
	type SystemLine,
} from "../machines/message.ts";
import type { ServerEvent, Trouble } from "../machines/page-events.ts";
import type { Refusal } from "./outbox.ts";

/** A message; its text may have been erased since. */
export type Said = ItemSaid & { readonly erased?: boolean };

/** The text of one message, or of all under a name up to an offset, is gone; 0 stands for neither. */
export interface Erased extends Place {
	readonly kind: "erased";
	readonly name: string;
	readonly target: number;
	readonly through: number;
	/** What stands before under that name is another's. */
	readonly from: number;
}

/** What the bot says to one client alone: it has no place in the room. */
export interface Aside {
	readonly kind: "aside";
	readonly name: string;
	readonly text: string;
	readonly time: number;
}

/** What the page itself has to say. */
export interface Notice {
	readonly kind: "notice";
	readonly text: string;
	readonly time: number;
}

export type Placed = Said | SystemLine | Erased;
/** What the timeline shows a row for. */
export type Line = Said | SystemLine | Aside | Notice;
export type RoomLine = Line | Erased;

export interface Member {
	readonly client: string;
	readonly name: string;
	readonly away: boolean;
}

/** How far a room is, of which this tab only wants to know. */
export interface Head {
	readonly kind: "head";
	readonly room: string;
	readonly epoch: string;
	readonly said: number;
	/** How many of them were said before the server went on from a copy, under another epoch. */
	readonly restored: number;
	/** The reader was mentioned there just now. */
	readonly mentioned: boolean;
}

/** What goes past the machine, because it holds no text and no place. */
export type RoomEvent =
	| RoomLine
	| Head
	/** The room's past has been told; what comes now is live. */
	| { readonly kind: "caughtUp"; readonly room: string; readonly more: boolean }
	/** A page of history has been told, or refused: then it does not say which. */
	| {
			readonly kind: "page";
			readonly room: string;
			readonly more: boolean;
			readonly before?: number;
	  }
	/** What was missed cannot be told; the latest items follow, of so many messages. */
	| {
			readonly kind: "gap";
			readonly room: string;
			readonly offset: number;
			readonly said: number;
	  }
	/** The room has taken all that this client said up to `last`. */
	| { readonly kind: "ack"; readonly room: string; readonly last: number }
	| ({ readonly kind: "notTaken" } & Refusal)
	/** Who is in: all of them, or only who became away or came back. */
	| {
			readonly kind: "members" | "presence" | "typing";
			readonly room: string;
			readonly total: number;
			readonly members: readonly Member[];
	  };

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
	typeof value === "object" && value !== null;
const word = (value: unknown) => (typeof value === "string" ? value : "");
/** A number that can be a time: the largest is the last millisecond a Date knows. */
const count = (value: unknown) =>
	typeof value === "number" && Math.abs(value) <= 8.64e15 ? value : 0;

function parse(data: string): Fields {
	try {
		const frame: unknown = JSON.parse(data);
		return isRecord(frame) ? frame : {};
	} catch {
		return {};
	}
}

/** The field of the form that a rule's name speaks of. */
function about(rule: string): Trouble["about"] {
	if (rule.startsWith("name")) return "name";
	return /^(email|address|isInvited)/.test(rule) ? "email" : "step";
}

const memberList = (value: unknown): readonly Member[] =>
	(Array.isArray(value) ? value : []).filter(isRecord).map((member) => ({
		client: word(member.client),
		name: word(member.name),
		away: member.away === true,
	}));

function systemLine(frame: Fields, item: SystemLine): RoomEvent | undefined {
	const { kind, target, through, from } = frame;
	if (kind === "entered" || kind === "left") return { ...item, kind };
	if (kind !== "erased") return undefined;
	const [one, to, first] = [count(target), count(through), count(from)];
	return { ...item, kind, target: one, through: to, from: first };
}

/** What is never logged: it may be missed. */
function signal(frame: Fields): RoomEvent | undefined {
	const room = word(frame.room);
	const { kind } = frame;
	switch (kind) {
		case "head": {
			const [epoch, said] = [word(frame.epoch), count(frame.said)];
			const [restored, mentioned] = [count(frame.restored), frame.mentioned];
			const head = { kind, room, epoch, said, restored } as const;
			return { ...head, mentioned: mentioned === true };
		}
		case "members":
		case "presence":
		case "typing": {
			const members = memberList(frame.members ?? frame.clients);
			return { kind, room, total: count(frame.total), members };
		}
		default:
			return undefined;
	}
}

function refusal(frame: Fields, now: number): ServerEvent | RoomEvent {
	const rule = word(frame.code);
	const re = count(frame.re);
	const words = word(frame.text) || "The server refused that.";
	const [retryAfter, expected] = [frame.retryAfter, frame.expected].map(
		(value) => (typeof value === "number" ? value : undefined),
	);
	// Without a number it is about no line: the disk is full, and all are told.
	if (re === MessageType.text && frame.n !== undefined) {
		const n = count(frame.n);
		// Any other rule refuses the text itself, whatever its number.
		const next = rule === "isNextInOrder" ? expected : undefined;
		return { kind: "notTaken", n, words, expected: next, retryAfter };
	}
	// Whatever page was asked for, there is none; or none yet, while that of another room is read.
	if (re === MessageType.history) {
		return { kind: "page", room: "", more: rule === "isNotTooFast" };
	}
	return {
		type: "refused",
		...{ rule, re, trouble: { about: "step", words } },
		news: retryAfter === undefined ? {} : { resendAt: now + retryAfter },
	};
}

function pending(frame: Fields, now: number): ServerEvent {
	const skew = typeof frame.now === "number" ? now - frame.now : 0;
	return {
		type: "pending",
		id: word(frame.pending),
		news: {
			key: "pending",
			note: word(frame.text),
			tries: count(frame.tries),
			expires: count(frame.expires) + skew,
			resendAt: count(frame.resendAt) + skew,
		},
	};
}

export function readFrame(
	data: string,
	now: number,
): ServerEvent | RoomEvent | undefined {
	const frame = parse(data);
	const name = isRecord(frame.user) ? word(frame.user.name) : "";
	const [text, room] = [word(frame.text), word(frame.room)];
	const time = count(frame.time) || now;
	const item = {
		...{ name, time, room, client: word(frame.client) },
		...{ epoch: word(frame.epoch), offset: count(frame.offset) },
	};
	switch (frame.type) {
		case MessageType.text: {
			if (item.offset === 0) return { kind: "aside", name, text, time };
			const said = { kind: "said" as const, ...item, text, n: count(frame.n) };
			return frame.erased === true ? { ...said, erased: true } : said;
		}
		case MessageType.system:
			return systemLine(frame, { kind: "entered", ...item });
		case MessageType.history: {
			if (frame.done !== true) return undefined;
			const more = frame.more === true;
			if (frame.before === undefined) return { kind: "caughtUp", room, more };
			return { kind: "page", room, more, before: count(frame.before) };
		}
		case MessageType.gap:
			return {
				kind: "gap",
				room,
				offset: item.offset,
				said: count(frame.said),
			};
		case MessageType.ack:
			return { kind: "ack", room, last: count(frame.last) };
		case MessageType.authRst:
			return { type: "wrongCode" };
		case MessageType.mayNotEnter: {
			const words = text || "You may not enter.";
			const trouble = { about: about(word(frame.code)), words };
			return { type: "mayNotEnter", trouble };
		}
		case MessageType.session: {
			const token = word(frame.token);
			return { type: "session", token, news: { key: "session" } };
		}
		case MessageType.welcome: {
			const { client, epoch, offset } = item;
			const [last, said] = [count(frame.last), count(frame.said)];
			const news = { ...(name && { name }), ...(room && { room }) };
			return { type: "welcome", client, epoch, offset, last, said, news };
		}
		case MessageType.pending:
			return pending(frame, now);
		case MessageType.refused:
			return refusal(frame, now);
		case MessageType.signal:
			return signal(frame);
		default:
			return undefined;
	}
}
