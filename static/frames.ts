/**
 * Parses the server's frames, once: into events of the page machine, or events
 * of the room. Unknown frames are ignored. The times of a login under way come
 * by the server's clock and leave by this browser's.
 */

import { type Item, MessageType } from "../machines/message.ts";
import type { ServerEvent, Trouble } from "../machines/page-events.ts";
import { ERASE_ALL } from "../machines/page-guards.ts";
import { readServerFrame, type ServerFrame } from "../machines/protocol.ts";
import type { Change } from "../machines/relations.ts";
import { parseJson } from "../machines/schema.ts";
import type { Refusal } from "./outbox.ts";
import { t, translated } from "./words.ts";

/** The bot's words to this client alone; they have no offset in the room. */
export type Aside = ServerFrame<"aside"> & { readonly time: number };

/** The operator's words to the room. */
export type Notice = ServerFrame<"notice">;

/** A line that the page itself adds. */
type LocalLine = { readonly kind: "local" } & Pick<Aside, "text" | "time">;

export type RoomLine = Item | Aside | LocalLine;
export type Line = Exclude<RoomLine, Change>;
export type Member = ServerFrame<"members">["members"][number];

/** About what is one's own on all devices. */
export type AboutOwn = ServerFrame<"own" | "read" | "level" | "quiet">;

export const isAboutOwn = (event: ChatEvent): event is AboutOwn =>
	/^(own|read|level|quiet)$/.test(event.kind);

/** A question was refused, or nobody answers it. */
interface NotDone {
	readonly kind: "notDone";
	readonly words: string;
	/** By which the server has refused it. */
	readonly rule?: string;
	/** It can be asked again after so many milliseconds. */
	readonly retryAfter?: number | undefined;
	readonly id?: string | undefined;
}

/** What answers a question, by its id. */
export type Answer =
	| NotDone
	| ServerFrame<"roomReady" | "invited" | "invitations" | "roomsDone">
	| ServerFrame<"relationDone" | "pins" | "found" | "ownDone" | "eraseDone">;

export const isAnswer = (event: ChatEvent): event is Answer =>
	/^(notDone|(rooms|relation|own|erase)Done|roomReady|invited|invitations|pins|found)$/.test(
		event.kind,
	);

/** What is asked with an id. */
const ASKED: ReadonlySet<number> = new Set([
	...[MessageType.rooms, MessageType.relation],
	...[MessageType.search, MessageType.own, MessageType.erase],
]);

/** The events about one room. */
export type RoomEvent =
	| RoomLine
	| ServerFrame<"head" | "caughtUp" | "gap" | "ack">
	| ServerFrame<"members" | "presence" | "typing" | "blocks">
	/** The end of a page of history; one that was refused has no `before`. */
	| (Pick<ServerFrame<"page">, "kind" | "room" | "more" | "id"> & {
			readonly before?: number;
	  })
	| ({ readonly kind: "textRefused" } & Refusal);

/** The events that bypass the machine, because it holds no text and no offsets. */
export type ChatEvent = RoomEvent | ServerFrame<"ownRooms"> | AboutOwn | Answer;

type PageInput = ServerEvent | ChatEvent;

/** The field of the form that a rule is about. */
function about(rule: string): Trouble["about"] {
	if (rule.startsWith("name")) return "name";
	if (/^(disk|sequencer)/.test(rule)) return "server";
	return /^(email|address|isInvited)/.test(rule) ? "email" : "step";
}

function refused(frame: ServerFrame<"refused">, now: number): PageInput {
	const { code: rule, re = 0, n, expected, retryAfter } = frame;
	const waitMs = retryAfter ?? 0;
	const words = translated(frame.text || t("refused"), `refusal.${rule}`);
	// Without a number it is about no line of ours: the disk is full, and everyone gets it.
	if (re === MessageType.text && n !== undefined) {
		// Any other rule refuses the text itself, whatever its number.
		const next = rule === "isNextInOrder" ? expected : undefined;
		const isMute = rule === "isNotMuted";
		return {
			kind: "textRefused",
			n,
			words,
			expected: next,
			retryAfter,
			isMute,
		};
	}
	// That everything is deleted, only the machine asks.
	if (ASKED.has(re) && frame.id !== ERASE_ALL)
		return { kind: "notDone", words, rule, id: frame.id, retryAfter };
	// A page that was asked for too soon is still there; any other refused page is not.
	const isTooFast = rule === "isNotTooFast";
	if (re === MessageType.history)
		return { kind: "page", room: "", id: frame.id, more: isTooFast };
	return {
		type: "refused",
		...{ rule, re, id: frame.id },
		trouble: { about: about(rule), words, isKick: rule === "isNotKicked" },
		update: { waitMs, ...(waitMs && { resendAt: now + waitMs }) },
	};
}

function pending(frame: ServerFrame<"pending">, now: number): ServerEvent {
	const { pending: id, text: note, tries } = frame;
	const skew = frame.now && now - frame.now;
	const [expires, resendAt] = [frame.expires + skew, frame.resendAt + skew];
	const update = { key: "pending", note, tries, expires, resendAt } as const;
	return { type: "pending", id, update };
}

/** Whether a frame has words of the server that the page shows. That a newcomer needs a name, the page says in its own words. */
export function isRefusal(data: string): boolean {
	const frame = readServerFrame(parseJson(data));
	return frame?.kind === "refused"
		? frame.code !== "nameIsNeeded"
		: frame?.kind === "mayNotEnter";
}

/** Rules by which an invitation is of no use any more, or not to this person. */
const INVITATION_OVER = [
	...["invitationIsOpen", "roomHasSpace", "roomsJoinedAreLeft"],
];

/** Whether it says so of the invitation that the person came with. The answer to a question may be about any other. */
export const endsInvitation = (event: PageInput): boolean =>
	"type" in event && "rule" in event && INVITATION_OVER.includes(event.rule);

export function readFrame(data: string, now: number): PageInput | undefined {
	const frame = readServerFrame(parseJson(data));
	if (!frame) return undefined;
	switch (frame.kind) {
		case "aside":
			return { ...frame, time: now };
		case "wrongCode":
			return { type: "wrongCode" };
		case "mayNotEnter": {
			const words = translated(
				frame.text || t("refused.enter"),
				`refusal.${frame.code}`,
			);
			const trouble = { about: about(frame.code), words };
			return { type: "mayNotEnter", rule: frame.code, trouble };
		}
		case "session": {
			const { kind: type, token } = frame;
			return { type, token, update: { key: "session" } };
		}
		case "welcome": {
			const { kind: type, name, room, ...welcome } = frame;
			const update = { ...(name && { name }), ...(room && { room }) };
			return { type, ...welcome, update };
		}
		case "pending":
			return pending(frame, now);
		case "refused":
			return refused(frame, now);
		case "authenticated":
		case "headsDone":
			return undefined;
		case "eraseDone":
			if (frame.id !== ERASE_ALL) return frame;
			return { type: "allErased", update: { isErased: true } };
		default:
			return "time" in frame ? { ...frame, time: frame.time || now } : frame;
	}
}
