/**
 * `evolve(state, event)`: the only way a state changes. Either every machine
 * that the event concerns makes its transition, or none does and
 * `IllegalEvent` is thrown. In a log with a single writer that is a
 * determinism error, and the process must stop.
 */
import type { Map as PersistentMap } from "immutable";
import {
	type ClientId,
	eventTable,
	isVisible,
	type PlumeEvent,
} from "../../machines/events.ts";
import { itemOf } from "../../machines/item.ts";
import type { Item } from "../../machines/message.ts";
import { isLostWith } from "../../machines/room.ts";
import type { Entry } from "../log/log.ts";
import { isNewer } from "../version.ts";
import { IllegalEvent, type Machines, machinesAtHand } from "./machines.ts";
import { State, type StateParts } from "./state.ts";

/** The event was logged by a newer version. */
export class UnknownEvent extends IllegalEvent {
	constructor(event: PlumeEvent) {
		super(event, "any");
		this.message = `${event.type} ${isNewer}`;
	}
}

/** An actor of a state: its machine, and its key there. */
export type Actor =
	| { readonly machine: "server" }
	| { readonly machine: "room"; readonly room: string }
	| { readonly machine: "client"; readonly client: ClientId };

/** The actors that an event concerns, in order. Throws `UnknownEvent`. */
export function actorsOf(state: State, event: PlumeEvent): readonly Actor[] {
	if (!Object.hasOwn(eventTable, event.type)) throw new UnknownEvent(event);
	const actors: Actor[] = [];
	for (const whose of eventTable[event.type].concerns)
		if (whose === "server") actors.push({ machine: "server" });
		else if (whose === "room" && "room" in event)
			actors.push({ machine: "room", room: event.room });
		else if (whose === "client" && "client" in event)
			actors.push({ machine: "client", client: event.client });
		else if (event.type === "clients.detached")
			for (const client of lostWith(state, event))
				actors.push({ machine: "client", client });
	return actors;
}

/** Sorted, because a map read from a snapshot may have another order. */
export function lostWith(
	state: State,
	event: PlumeEvent<"clients.detached">,
): readonly ClientId[] {
	return [...(state.room(event.room)?.context.members ?? [])]
		.filter(([, member]) => isLostWith(member, event))
		.map(([client]) => client)
		.sort();
}

/** The state after an event. Throws `IllegalEvent`, or `UnknownEvent` if a newer version logged it. */
export function evolve(
	state: State,
	event: PlumeEvent,
	machines: Machines = machinesAtHand,
): State {
	// Spelt out: a spread takes ten times as long.
	const { log, server, rooms, clients, logins } = state.parts;
	const { inside, memberships } = state.parts;
	const time = Math.max(state.time, event.time);
	const next = {
		log,
		time,
		server,
		rooms,
		clients,
		logins,
		inside,
		memberships,
	};
	for (const actor of actorsOf(state, event))
		switch (actor.machine) {
			case "server":
				next.server = machines.server.step(next.server, event);
				break;
			case "room": {
				const { room } = actor;
				const { rooms } = next;
				const before = rooms.get(room) ?? machines.room.initial;
				const after = machines.room.step(before, event);
				const isThere = after.matches("open");
				if (event.type === "member.added" || event.type === "member.removed") {
					const isMember = event.type === "member.added";
					const { identity } = event;
					next.memberships = listed(next.memberships, identity, room, isMember);
				}
				next.rooms = isThere ? rooms.set(room, after) : rooms.delete(room);
				break;
			}
			case "client": {
				const { client } = actor;
				const { clients, logins, inside } = next;
				const before = clients.get(client) ?? machines.client.initial;
				const after = machines.client.step(before, event);
				const isThere = after.status === "active";
				next.clients = isThere
					? clients.set(client, after)
					: clients.delete(client);
				next.logins = loginsAfter(logins, event, client, isThere);
				const isInside = after.matches("inRoom");
				if (isInside !== before.matches("inRoom")) {
					const { identity } = after.context;
					next.inside = listed(inside, identity, client, isInside);
				}
			}
		}
	return new State(next);
}

/** The state after these entries. */
export const evolved = (state: State, entries: readonly Entry[]): State =>
	entries.reduce((before, { event }) => evolve(before, event), state);

/** The item that an event adds to a room, if it adds one. */
export function visibleItem(
	before: State,
	after: State,
	{ event, erasable }: Pick<Entry, "event" | "erasable">,
): Item | undefined {
	if (!isVisible(event)) return undefined;
	const { room } = event;
	const member =
		"client" in event && before.room(room)?.context.members.get(event.client);
	const { name } = "name" in event ? event : member || { name: "" };
	return itemOf(event, after.head(room), name, erasable?.text);
}

function loginsAfter(
	logins: StateParts["logins"],
	event: PlumeEvent,
	client: ClientId,
	isThere: boolean,
) {
	if (event.type === "login.requested")
		return logins.set(client, event.pending);
	// A classic client has no session, and can't resume.
	const isClassic = event.type === "login.succeeded" && !event.session;
	const isOver = !isThere || isClassic || event.type === "client.resumed";
	return isOver ? logins.delete(client) : logins;
}

/** The lists, one of which has a value or not. Empty ones are left out. */
function listed<Key, Value>(
	lists: PersistentMap<Key, readonly Value[]>,
	key: Key,
	value: Value,
	isIn: boolean,
) {
	const others = (lists.get(key) ?? []).filter((other) => other !== value);
	if (isIn) return lists.set(key, [...others, value]);
	return others.length > 0 ? lists.set(key, others) : lists.delete(key);
}
