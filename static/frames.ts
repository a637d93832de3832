/**
 * Frames, as the page understands them. What the server tells becomes, once
 * and here, an event for the page machine or something for the room; a field
 * of the wrong type reads as empty, a frame that is not known is ignored. Its
 * times come by the server's clock and leave by this browser's.
 */

import {
	type Erasure,
	MessageType,
	type Said,
	type SystemLine,
} from "../machines/message.ts";
import type { ServerEvent, Trouble } from "../machines/page-events.ts";
import { readServerFrame, type ServerFrame } from "../machines/protocol.ts";
import { parseJson } from "../machines/schema.ts";
import type { Refusal } from "./outbox.ts";

/** What the bot says to one client alone: it has no place in the room. */
export type Aside = ServerFrame<"aside"> & { readonly time: number };

/** What the page itself has to say. */
export interface Notice {
	readonly kind: "notice";
	readonly text: string;
	readonly time: number;
}

/** What the timeline shows a row for. */
export type Line = Said | SystemLine | Aside | Notice;
export type RoomLine = Line | Erasure;
export type Member = ServerFrame<"members">["members"][number];

/** What goes past the machine, because it holds no text and no place. */
export type RoomEvent =
	| RoomLine
	| ServerFrame<
			"head" | "caughtUp" | "gap" | "ack" | "members" | "presence" | "typing"
	  >
	/** A page of history has been told, or refused: then it does not say which. */
	| (Pick<ServerFrame<"page">, "kind" | "room" | "more"> & {
			readonly before?: number;
	  })
	| ({ readonly kind: "notTaken" } & Refusal);

/** The field of the form that a rule's name speaks of. */
function about(rule: string): Trouble["about"] {
	if (rule.startsWith("name")) return "name";
	return /^(email|address|isInvited)/.test(rule) ? "email" : "step";
}

function refusal(
	refused: ServerFrame<"refused">,
	now: number,
): ServerEvent | RoomEvent {
	const { code: rule, re = 0, n, expected, retryAfter } = refused;
	const words = refused.text || "The server refused that.";
	// Without a number it is about no line: the disk is full, and all are told.
	if (re === MessageType.text && n !== undefined) {
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

function pending(frame: ServerFrame<"pending">, now: number): ServerEvent {
	const { pending: id, text: note, tries } = frame;
	const skew = frame.now && now - frame.now;
	const [expires, resendAt] = [frame.expires + skew, frame.resendAt + skew];
	const news = { key: "pending", note, tries, expires, resendAt } as const;
	return { type: "pending", id, news };
}

export function readFrame(
	data: string,
	now: number,
): ServerEvent | RoomEvent | undefined {
	const frame = readServerFrame(parseJson(data));
	switch (frame?.kind) {
		case "said":
		case "entered":
		case "left":
		case "erased":
			return { ...frame, time: frame.time || now };
		case "aside":
			return { ...frame, time: now };
		case "wrongCode":
			return { type: "wrongCode" };
		case "mayNotEnter": {
			const words = frame.text || "You may not enter.";
			const trouble = { about: about(frame.code), words };
			return { type: "mayNotEnter", trouble };
		}
		case "session":
			return { type: "session", token: frame.token, news: { key: "session" } };
		case "welcome": {
			const { kind: type, name, room, ...place } = frame;
			const news = { ...(name && { name }), ...(room && { room }) };
			return { type, ...place, news };
		}
		case "pending":
			return pending(frame, now);
		case "refused":
			return refusal(frame, now);
		case "authenticated":
		case "headsDone":
		case "eraseDone":
			return undefined;
		default:
			return frame;
	}
}
