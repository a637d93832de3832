/**
 * A Room: who is in it, and the order of what becomes visible there. It
 * decides who may enter: all tabs under one name belong to one identity. It
 * has no texts, only the offset that each item was given.
 */
import { Map as PersistentMap } from "immutable";
import { and, assign, setup } from "xstate";
import type {
	Claim,
	ClientId,
	Identity,
	NameKey,
	RoomEvent,
	SessionHash,
} from "./events.ts";
import { LOBBY } from "./message.ts";
import {
	changing,
	firstBroken,
	type Guard,
	type Sanction,
	sanctioned,
	sanctionedUntil,
} from "./rules.ts";

/** How many clients of a session are remembered. Beyond that, the oldest one that has left is forgotten. */
const KNOWN_CLIENTS = 16;

export interface Member extends Claim {
	readonly node: string;
	readonly session?: SessionHash;
	/** Set while the client is detached: it may resume until then. */
	readonly deadline?: number;
}

export interface RoomContext {
	readonly incarnation: string;
	/** Who made it; absent in older logs. */
	readonly maker?: Identity;
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

const empty: RoomContext = {
	incarnation: "",
	offset: 0,
	said: 0,
	lastUsed: 0,
	members: PersistentMap(),
	holders: PersistentMap(),
	last: PersistentMap(),
	known: PersistentMap(),
};

export const roomGuards = {
	isNotInside: ({ context, event }) =>
		"client" in event && !context.members.has(event.client),
	nameIsNotAnothers: ({ context, event }) =>
		event.type === "client.entered" &&
		(context.holders.get(event.nameKey)?.identity ?? event.identity) ===
			event.identity,
	isNotKicked: ({ context, event }) =>
		event.type === "client.entered" &&
		sanctionedUntil(context.kicks, event.identity, event.time) === 0,
	isNotMuted: ({ context, event }) =>
		event.type === "message.posted" &&
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
	isNextInOrder: ({ context, event }) =>
		event.type === "message.posted" &&
		(event.n === undefined ||
			event.n === context.last.get(event.client, 0) + 1),
} satisfies Record<string, Guard<RoomContext, RoomEvent>>;

export const roomRules = {
	"client.entered": ["isNotInside", "nameIsNotAnothers", "isNotKicked"],
	"client.detached": ["isInside", "hasSession"],
	"client.resumed": ["isInside", "hasSession"],
	"client.left": ["isInside"],
	"message.posted": ["isInside", "isNotMuted", "isNextInOrder"],
	"identity.unmuted": ["isMuted"],
	"room.forgotten": ["isNotTheLobby", "nobodyIsInside"],
	"message.erased": ["placeIsKnown"],
} as const;

/** Whether a member's connection is lost with its node, or with the server. One without a session leaves. */
export const isLostWith = (
	{ session, node }: Member,
	{ only, node: lost }: { readonly node: string; readonly only?: true },
): boolean => session !== undefined && (!only || node === lost);

/** The first rule that an event would break. */
export const brokenRoomRule = firstBroken(roomGuards, roomRules);

/** A transition with actions, guarded by the rules of its event. */
const ruled = <const Actions>(
	type: keyof typeof roomRules,
	actions: Actions,
) => {
	const rules: readonly (keyof typeof roomGuards)[] = roomRules[type];
	return { guard: and(rules), actions };
};

const on = changing<RoomContext, RoomEvent>();

export const roomMachine = setup({
	types: {
		context: {} as RoomContext,
		events: {} as RoomEvent,
	},
	guards: roomGuards,
	actions: {
		beginIncarnation: on("room.opened", (_, { incarnation, maker, time }) => ({
			...empty,
			incarnation,
			...(maker && { maker }),
			lastUsed: time,
		})),
		changeIncarnation: on("room.restored", ({ said }, { incarnation }) => ({
			incarnation,
			restored: said,
		})),
		keep: on("retention.changed", ({ said }, { hours, time }) => ({
			retention: { hours, since: said > 0 ? time : 0 },
		})),
		forgetAll: assign({
			...empty,
			...{ mutes: undefined, kicks: undefined, retention: undefined },
		}),
		mute: on("identity.muted", ({ mutes }, event) => ({
			mutes: sanctioned(mutes, event),
		})),
		unmute: on("identity.unmuted", ({ mutes }, { identity }) => ({
			...(mutes && { mutes: mutes.delete(identity) }),
		})),
		kick: on("identity.kicked", ({ kicks }, event) => ({
			kicks: sanctioned(kicks, event),
		})),
		takeOffset: assign(({ context }) => ({ offset: context.offset + 1 })),
		takeMessage: on(
			"message.posted",
			({ said, offset, last }, { client, n }) => ({
				said: said + 1,
				offset: offset + 1,
				last: n === undefined ? last : last.set(client, n),
			}),
		),
		addMember: on("client.entered", ({ members, holders }, event) => {
			const {
				type: _type,
				time: _time,
				room: _room,
				client,
				...member
			} = event;
			const { identity, nameKey } = member;
			const tabs = (holders.get(nameKey)?.tabs ?? 0) + 1;
			return {
				members: members.set(client, member),
				holders: holders.set(nameKey, { identity, tabs }),
			};
		}),
		knowClient: on("client.entered", (context, { client, session }) => {
			if (!session) return {};
			const { known, last, members } = context;
			const before = known.get(session) ?? [];
			const clients = [...before.filter((other) => other !== client), client];
			const oldest =
				clients.length > KNOWN_CLIENTS
					? clients.find((each) => !members.has(each))
					: undefined;
			const remembered = clients.filter((each) => each !== oldest);
			return {
				known: known.set(session, remembered),
				last: oldest === undefined ? last : last.delete(oldest),
			};
		}),
		forgetSession: on("session.forgotten", ({ known, last }, { session }) => ({
			known: known.delete(session),
			last: last.deleteAll(known.get(session) ?? []),
		})),
		setDeadline: on("client.detached", ({ members }, { client, deadline }) => {
			const member = members.get(client);
			return member
				? { members: members.set(client, { ...member, deadline }) }
				: {};
		}),
		setDeadlines: on("clients.detached", ({ members }, event) => ({
			members: members.map((member) =>
				isLostWith(member, event)
					? { ...member, deadline: event.deadline }
					: member,
			),
		})),
		clearDeadline: on("client.resumed", ({ members }, { client, node }) => {
			const member = members.get(client);
			if (!member) return {};
			const { deadline: _deadline, ...rest } = member;
			return { members: members.set(client, { ...rest, node }) };
		}),
		removeMember: on("client.left", (context, { client, time }) => {
			const { members, holders, last } = context;
			const member = members.get(client);
			const holder = member && holders.get(member.nameKey);
			if (!member || !holder) return {};
			const { nameKey } = member;
			const tabs = holder.tabs - 1;
			return {
				lastUsed: time,
				members: members.delete(client),
				last: member.session ? last : last.delete(client),
				holders:
					tabs > 0
						? holders.set(nameKey, { ...holder, tabs })
						: holders.delete(nameKey),
			};
		}),
	},
}).createMachine({
	id: "room",
	context: empty,
	initial: "closed",
	states: {
		closed: {
			on: { "room.opened": { target: "open", actions: "beginIncarnation" } },
		},
		open: {
			on: {
				"client.entered": ruled("client.entered", [
					"addMember",
					"knowClient",
					"takeOffset",
				]),
				"client.detached": ruled("client.detached", "setDeadline"),
				"clients.detached": { actions: "setDeadlines" },
				"client.resumed": ruled("client.resumed", "clearDeadline"),
				"room.restored": { actions: "changeIncarnation" },
				"retention.changed": { actions: "keep" },
				"session.forgotten": { actions: "forgetSession" },
				"client.left": ruled("client.left", ["removeMember", "takeOffset"]),
				"message.posted": ruled("message.posted", "takeMessage"),
				"identity.muted": { actions: "mute" },
				"identity.unmuted": ruled("identity.unmuted", "unmute"),
				"identity.kicked": { actions: "kick" },
				"notice.posted": { actions: "takeOffset" },
				"room.forgotten": {
					target: "closed",
					...ruled("room.forgotten", "forgetAll"),
				},
				"message.erased": ruled("message.erased", "takeOffset"),
			},
		},
	},
});
