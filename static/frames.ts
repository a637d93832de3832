/**
 * Frames, as the page understands them. What the server sends becomes, once
 * and here, an event for the page machine or a line for the timeline; a field
 * of the wrong type reads as empty, a frame of an unknown type is ignored. Its
 * times come by the server's clock and leave by this browser's.
 */

import { type Item, MessageType } from "../machines/message.ts";
import type { ServerEvent, Trouble } from "../machines/page.ts";
import type { Refusal } from "./outbox.ts";

/** What the bot says to one client alone: it has no place in the room. */
export interface Aside {
	readonly kind: "aside";
	readonly name: string;
	readonly text: string;
	readonly time: number;
}

export type Line = Item | Aside;

/** What goes past the machine, because it holds no text and no place. */
export type RoomEvent =
	| Line
	/** The room's past has been told; what comes now is live. */
	| { readonly kind: "caughtUp" }
	/** What was missed cannot be told; the latest items follow. */
	| { readonly kind: "gap" }
	/** The room has taken all that this client said up to `last`. */
	| { readonly kind: "ack"; readonly last: number }
	| ({ readonly kind: "notTaken" } & Refusal);

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
): ServerEvent | RoomEvent | undefined {
	const frame = parse(data);
	const name = isRecord(frame.user) ? word(frame.user.name) : "";
	const text = word(frame.text);
	const time = count(frame.time) || now;
	const rule = word(frame.code);
	const [retryAfter, expected] = [frame.retryAfter, frame.expected].map(
		(value) => (typeof value === "number" ? value : undefined),
	);
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
		case MessageType.gap:
			return { kind: "gap" };
		case MessageType.ack:
			return { kind: "ack", last: count(frame.last) };
		case MessageType.authRst:
			return { type: "wrongCode" };
		case MessageType.mayNotEnter: {
			const words = text || "You may not enter.";
			return { type: "mayNotEnter", trouble: { about: about(rule), words } };
		}
		case MessageType.session:
			return {
				type: "session",
				token: word(frame.token),
				news: { key: "session" },
			};
		case MessageType.welcome: {
			const { client } = item;
			const news = name ? { name } : {};
			return { type: "welcome", client, last: count(frame.last), news };
		}
		case MessageType.pending:
			return {
				type: "pending",
				id: word(frame.pending),
				news: {
					key: "pending",
					note: text,
					tries: count(frame.tries),
					expires: count(frame.expires) + skew,
					resendAt: count(frame.resendAt) + skew,
				},
			};
		case MessageType.refused: {
			const words = text || "The server refused that.";
			const re = count(frame.re);
			if (re === MessageType.text) {
				const n = count(frame.n);
				// Any other rule refuses the text itself, whatever its number.
				const next = rule === "isNextInOrder" ? expected : undefined;
				return { kind: "notTaken", n, words, expected: next, retryAfter };
			}
			return {
				type: "refused",
				...{ rule, re, trouble: { about: "step", words } },
				news: retryAfter === undefined ? {} : { resendAt: now + retryAfter },
			};
		}
		default:
			return undefined;
	}
}
