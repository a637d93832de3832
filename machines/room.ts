/**
 * A Room: who is in it, and the order of what becomes visible there. It
 * decides who may enter: all tabs under one name belong to one identity. It
 * has no texts, only the offset that each item was given.
 */
import { Map as PersistentMap } from "immutable";
import { and, assign, setup } from "xstate";
import type { Identity, RoomEvent } from "./events.ts";
import {
	type Member,
	type Membership,
	type RoomContext,
	roomGuards,
	roomRules,
} from "./room-rules.ts";
import { changing, ruledBy, sanctioned } from "./rules.ts";

export {
	brokenRoomRule,
	type Member,
	type RoomContext,
	roomRules,
} from "./room-rules.ts";

/** How many clients of a session are remembered. Beyond that, the oldest one that has left is forgotten. */
const KNOWN_CLIENTS = 16;

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

/** Whether a member's connection is lost with its node, or with the server. One without a session leaves. */
export const isLostWith = (
	{ session, node }: Member,
	{ only, node: lost }: { readonly node: string; readonly only?: true },
): boolean => session !== undefined && (!only || node === lost);

const ruled = ruledBy(roomRules, (names) => and(names));

const on = changing<RoomContext, RoomEvent>();

export const roomMachine = setup({
	types: {
		context: {} as RoomContext,
		events: {} as RoomEvent,
	},
	guards: roomGuards,
	actions: {
		beginIncarnation: on("room.opened", (_, event) => {
			const { incarnation, maker, access, time } = event;
			return {
				...empty,
				incarnation,
				...(maker && { maker }),
				...(access && {
					access,
					people: PersistentMap<Identity, Membership>(),
				}),
				lastUsed: time,
			};
		}),
		addPerson: on("member.added", ({ people }, event) => {
			const { identity, time: since, by } = event;
			return people ? { people: people.set(identity, { since, by }) } : {};
		}),
		removePerson: on("member.removed", ({ people }, { identity }) => ({
			...(people && { people: people.delete(identity) }),
		})),
		rememberTitle: assign(({ context }) => ({ titled: context.offset })),
		rememberTopic: assign(({ context }) => ({ topic: context.offset })),
		handOver: on("room.handedOver", (_, { to }) => ({ maker: to })),
		close: assign({ isClosed: true }),
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
			...{ access: undefined, people: undefined },
			...{ titled: undefined, topic: undefined, isClosed: undefined },
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
			on: {
				"room.opened": {
					target: "open",
					...ruled("room.opened", "beginIncarnation"),
				},
			},
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
				"member.added": ruled("member.added", "addPerson"),
				"member.removed": ruled("member.removed", "removePerson"),
				"room.titled": ruled("room.titled", ["takeOffset", "rememberTitle"]),
				"topic.changed": ruled("topic.changed", [
					"takeOffset",
					"rememberTopic",
				]),
				"room.handedOver": ruled("room.handedOver", "handOver"),
				"room.closed": ruled("room.closed", ["close", "takeOffset"]),
				"room.restored": { actions: "changeIncarnation" },
				"retention.changed": { actions: "keep" },
				"session.forgotten": { actions: "forgetSession" },
				"client.left": ruled("client.left", ["removeMember", "takeOffset"]),
				"message.posted": ruled("message.posted", "takeMessage"),
				"message.edited": ruled("message.edited", "takeOffset"),
				"message.reacted": ruled("message.reacted", "takeOffset"),
				"message.unreacted": ruled("message.unreacted", "takeOffset"),
				"message.pinned": ruled("message.pinned", "takeOffset"),
				"message.unpinned": ruled("message.unpinned", "takeOffset"),
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
