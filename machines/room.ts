/**
 * A Room: who is in it, and the order of what becomes visible there. It
 * decides who may enter: all tabs under one name belong to one identity.
 * What was said is not here, only that it took an `offset`.
 */
import { Map as PersistentMap } from "immutable";
import { and, assign, setup } from "xstate";
import type {
	Claim,
	ClientId,
	Identity,
	NameKey,
	RoomEvent,
} from "./events.ts";
import type { Guard } from "./rules.ts";

export interface Member extends Claim {
	readonly node: string;
}

export interface RoomContext {
	readonly incarnation: string;
	/** The last offset given out; the next visible item gets one more. */
	readonly offset: number;
	readonly members: PersistentMap<ClientId, Member>;
	/** Who holds each name in the room, and with how many tabs. */
	readonly holders: PersistentMap<
		NameKey,
		{ readonly identity: Identity; readonly tabs: number }
	>;
	/** The highest number taken from each member that numbers what it sends. */
	readonly last: PersistentMap<ClientId, number>;
}

const empty: RoomContext = {
	incarnation: "",
	offset: 0,
	members: PersistentMap(),
	holders: PersistentMap(),
	last: PersistentMap(),
};

export const roomGuards = {
	isNotInside: ({ context, event }) =>
		"client" in event && !context.members.has(event.client),
	nameIsNotAnothers: ({ context, event }) =>
		event.type === "client.entered" &&
		(context.holders.get(event.nameKey)?.identity ?? event.identity) ===
			event.identity,
	isInside: ({ context, event }) =>
		"client" in event && context.members.has(event.client),
	isNextInOrder: ({ context, event }) =>
		event.type === "message.posted" &&
		(event.n === undefined ||
			event.n === context.last.get(event.client, 0) + 1),
} satisfies Record<string, Guard<RoomContext, RoomEvent>>;

export const roomRules = {
	"client.entered": ["isNotInside", "nameIsNotAnothers"],
	"client.left": ["isInside"],
	"message.posted": ["isInside", "isNextInOrder"],
} as const;

export const roomMachine = setup({
	types: {
		context: {} as RoomContext,
		events: {} as RoomEvent,
	},
	guards: roomGuards,
	actions: {
		beginIncarnation: assign(({ event }) =>
			event.type === "room.opened"
				? { ...empty, incarnation: event.incarnation }
				: {},
		),
		takeOffset: assign({ offset: ({ context }) => context.offset + 1 }),
		addMember: assign(({ context, event }) => {
			if (event.type !== "client.entered") return {};
			const { client, identity, nameKey, name, node } = event;
			const tabs = (context.holders.get(nameKey)?.tabs ?? 0) + 1;
			return {
				members: context.members.set(client, { identity, nameKey, name, node }),
				holders: context.holders.set(nameKey, { identity, tabs }),
			};
		}),
		removeMember: assign(({ context, event }) => {
			if (event.type !== "client.left") return {};
			const member = context.members.get(event.client);
			const holder = member && context.holders.get(member.nameKey);
			if (!member || !holder) return {};
			return {
				members: context.members.delete(event.client),
				last: context.last.delete(event.client),
				holders:
					holder.tabs > 1
						? context.holders.set(member.nameKey, {
								...holder,
								tabs: holder.tabs - 1,
							})
						: context.holders.delete(member.nameKey),
			};
		}),
		rememberNumber: assign(({ context, event }) =>
			event.type === "message.posted" && event.n !== undefined
				? { last: context.last.set(event.client, event.n) }
				: {},
		),
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
				"client.entered": {
					guard: and(roomRules["client.entered"]),
					actions: ["addMember", "takeOffset"],
				},
				"client.left": {
					guard: and(roomRules["client.left"]),
					actions: ["removeMember", "takeOffset"],
				},
				"message.posted": {
					guard: and(roomRules["message.posted"]),
					actions: ["rememberNumber", "takeOffset"],
				},
			},
		},
	},
});
