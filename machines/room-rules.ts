/** What a Room remembers, and the rules of its events. */
import type { Map as PersistentMap } from "immutable";
import type {
	Claim,
	ClientId,
	Identity,
	NameKey,
	RoomEvent,
	SessionHash,
} from "./events.ts";
import { isPublic, LOBBY } from "./message.ts";
import {
	firstBroken,
	type Guard,
	type Sanction,
	sanctionedUntil,
} from "./rules.ts";

export interface Member extends Claim {
	readonly node: string;
	readonly session?: SessionHash;
	/** The identity of the address without its `+tag`, where that is known. */
	readonly person?: Identity;
	/** Set while the client is detached: it may resume until then. */
	readonly deadline?: number;
}

export interface Membership {
	/** Milliseconds since 1970. */
	readonly since: number;
	/** Who added this person; in a direct room, who opened it. */
	readonly by: Identity;
}

export interface RoomContext {
	readonly incarnation: string;
	/** Who made it; absent in older logs. */
	readonly maker?: Identity;
	/** Absent if the room is public. */
	readonly access?: "private" | "direct" | undefined;
	/** Who may enter, as persons; only where not everyone may. */
	readonly people?: PersistentMap<Identity, Membership> | undefined;
	/** The offsets of its title and of its topic. */
	readonly titled?: number | undefined;
	readonly topic?: number | undefined;
	/** Nobody may say anything any more. */
	readonly isClosed?: true | undefined;
	/** Who may say nothing, and who may not enter. They have no key until there is one. */
	readonly mutes?: PersistentMap<Identity, Sanction> | undefined;
	readonly kicks?: PersistentMap<Identity, Sanction> | undefined;
	/** Texts are erased after so many hours, if ever. `since` is when that changed for messages that were there. */
	readonly retention?:
		| { readonly hours: number | undefined; readonly since: number }
		| undefined;
	/** The last offset given out; the next visible item gets one more. */
	readonly offset: number;
	/** How many messages were posted. */
	readonly said: number;
	/** How many of these were posted before the log was last restored, if it was. */
	readonly restored?: number;
	/** Time of the last departure, or of opening. Meaningful only while the room is empty. */
	readonly lastUsed: number;
	readonly members: PersistentMap<ClientId, Member>;
	/** Who holds each name in the room, and with how many tabs. */
	readonly holders: PersistentMap<
		NameKey,
		{ readonly identity: Identity; readonly tabs: number }
	>;
	/** The highest number among the messages of each client that numbers them, remembered as long as its session. */
	readonly last: PersistentMap<ClientId, number>;
	/** The clients of each session that have been here, the latest last. */
	readonly known: PersistentMap<SessionHash, readonly ClientId[]>;
}

export const roomGuards = {
	isNotInside: ({ context, event }) =>
		"client" in event && !context.members.has(event.client),
	nameIsNotAnothers: ({ context, event }) =>
		event.type === "client.entered" &&
		(context.holders.get(event.nameKey)?.identity ?? event.identity) ===
			event.identity,
	isOpenToThem: ({ context: { people }, event }) =>
		event.type === "client.entered" &&
		(!people || people.has(event.person ?? event.identity)),
	keyIsOfItsKind: ({ event }) =>
		event.type === "room.opened" &&
		(event.access === undefined) === isPublic(event.room),
	isPrivate: ({ context }) => context.access === "private",
	isNotPublic: ({ context }) => context.people !== undefined,
	isNotClosed: ({ context }) => !context.isClosed,
	isMember: ({ context: { people }, event }) =>
		(event.type === "member.removed" && people?.has(event.identity) === true) ||
		(event.type === "room.handedOver" && people?.has(event.to) === true),
	hasNoMembers: ({ context: { people } }) => !people || people.isEmpty(),
	isNotKicked: ({ context, event }) =>
		event.type === "client.entered" &&
		sanctionedUntil(context.kicks, event.identity, event.time) === 0,
	isNotMuted: ({ context, event }) =>
		"client" in event &&
		(!context.mutes ||
			sanctionedUntil(
				context.mutes,
				context.members.get(event.client)?.identity,
				event.time,
			) === 0),
	isMuted: ({ context, event }) =>
		event.type === "identity.unmuted" &&
		context.mutes?.has(event.identity) === true,
	isInside: ({ context, event }) =>
		"client" in event && context.members.has(event.client),
	hasSession: ({ context, event }) =>
		"client" in event &&
		context.members.get(event.client)?.session !== undefined,
	isNotTheLobby: ({ event }) => event.room !== LOBBY,
	nobodyIsInside: ({ context }) => context.members.isEmpty(),
	placeIsKnown: ({ context, event }) => {
		if (event.type !== "message.erased") return false;
		const { target, through = 0 } = event;
		if (target !== undefined && target < 1) return false;
		return Math.max(target ?? 0, through) <= context.offset;
	},
	targetIsThere: ({ context, event }) =>
		"target" in event &&
		event.target !== undefined &&
		event.target > 0 &&
		event.target <= context.offset,
	answersSomething: ({ context, event }) =>
		event.type === "message.posted" &&
		(event.replyTo === undefined ||
			(event.replyTo > 0 && event.replyTo <= context.offset)),
	isNextInOrder: ({ context, event }) =>
		event.type === "message.posted" &&
		(event.n === undefined ||
			event.n === context.last.get(event.client, 0) + 1),
} satisfies Record<string, Guard<RoomContext, RoomEvent>>;

const relating = [
	...(["isInside", "isNotClosed"] as const),
	...(["isNotMuted", "targetIsThere"] as const),
] as const;

export const roomRules = {
	"room.opened": ["keyIsOfItsKind"],
	"client.entered": [
		...(["isOpenToThem", "isNotInside"] as const),
		...(["nameIsNotAnothers", "isNotKicked"] as const),
	],
	"client.detached": ["isInside", "hasSession"],
	"client.resumed": ["isInside", "hasSession"],
	"client.left": ["isInside"],
	"message.posted": [
		...(["isInside", "isNotClosed", "isNotMuted"] as const),
		...(["isNextInOrder", "answersSomething"] as const),
	],
	"message.edited": relating,
	"message.reacted": relating,
	"message.unreacted": ["isInside", "targetIsThere"],
	"message.pinned": ["isNotClosed", "targetIsThere"],
	"message.unpinned": ["isNotClosed", "targetIsThere"],
	"member.added": ["isNotPublic", "isNotClosed"],
	"member.removed": ["isMember"],
	"room.titled": ["isPrivate", "isNotClosed"],
	"topic.changed": ["isInside", "isNotClosed", "isNotMuted"],
	"room.handedOver": ["isPrivate", "isMember"],
	"room.closed": ["isPrivate", "isNotClosed"],
	"identity.unmuted": ["isMuted"],
	"room.forgotten": ["isNotTheLobby", "nobodyIsInside", "hasNoMembers"],
	"message.erased": ["placeIsKnown"],
} as const;

/** The first rule that an event would break. */
export const brokenRoomRule = firstBroken(roomGuards, roomRules);
