/**
 * Frames, as the page understands them. What the server sends becomes, once
 * and here, an event for the page machine or a line for the timeline; a field
 * of the wrong type reads as empty, a frame of an unknown type is ignored. Its
 * times come by the server's clock and leave by this browser's.
 */

import { type Item, MessageType } from "../machines/message.ts";
import type { ServerEvent, Trouble } from "../machines/page.ts";

/** What the bot says to one client alone: it has no place in the room. */
export interface Aside {
	readonly kind: "aside";
	readonly name: string;
	readonly text: string;
	readonly time: number;
}

export type Line = Item | Aside;

/** The room's past has been told; what comes now is live. */
export interface CaughtUp {
	readonly kind: "caughtUp";
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null;
const word = (value: unknown) => (typeof value === "string" ? value : "");
/** A number that can be a time: the largest is the last millisecond a Date knows. */
const count = (value: unknown) =>
	typeof value === "number" && Math.abs(value) <= 8.64e15 ? value : 0;

function parse(data: string): Record<string, unknown> {
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

export function readFrame(
	data: string,
	now: number,
): ServerEvent | Line | CaughtUp | undefined {
	const frame = parse(data);
	const name = isRecord(frame.user) ? word(frame.user.name) : "";
	const text = word(frame.text);
	const time = count(frame.time) || now;
	const skew = typeof frame.now === "number" ? now - frame.now : 0;
	const item = {
		...{ name, time, client: word(frame.client), room: word(frame.room) },
		...{ epoch: word(frame.epoch), offset: count(frame.offset) },
	};
	switch (frame.type) {
		case MessageType.text:
			if (item.offset === 0) return { kind: "aside", name, text, time };
			return { kind: "said", ...item, text, n: count(frame.n) };
		case MessageType.system:
			if (frame.kind !== "entered" && frame.kind !== "left") return undefined;
			return { kind: frame.kind, ...item };
		case MessageType.history:
			return frame.done === true ? { kind: "caughtUp" } : undefined;
		case MessageType.authAck:
			return { type: "accepted", news: { name } };
		case MessageType.authRst:
			return { type: "wrongCode" };
		case MessageType.mayNotEnter: {
			const words = text || "You may not enter.";
			return {
				type: "mayNotEnter",
				trouble: { about: about(word(frame.code)), words },
			};
		}
		case MessageType.welcome:
			return {
				type: "welcome",
				news: { client: item.client, last: count(frame.last) },
			};
		case MessageType.pending:
			return {
				type: "pending",
				news: {
					note: text,
					tries: count(frame.tries),
					expires: count(frame.expires) + skew,
					resendAt: count(frame.resendAt) + skew,
				},
			};
		case MessageType.refused: {
			const words = text || "The server refused that.";
			return {
				type: "refused",
				re: count(frame.re),
				trouble: { about: "step", words },
				news:
					typeof frame.retryAfter === "number"
						? { resendAt: now + frame.retryAfter }
						: {},
			};
		}
		default:
			return undefined;
	}
}
