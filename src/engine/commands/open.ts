/** May this browser come back, by the session it kept, or go on to another room? */
import type {
	ClientEntered,
	ClientId,
	RoomName,
} from "../../../machines/events.ts";
import { roomGuards, roomRules } from "../../../machines/room.ts";
import { firstBroken } from "../../../machines/rules.ts";
import { serverGuards, serverRules } from "../../../machines/server.ts";
import { parseRoomName } from "../../chat/room-name.ts";
import type { Entry } from "../../log/log.ts";
import type { Command } from "../command.ts";
import { sha256 } from "../secrets.ts";
import {
	DAY_MS,
	type Decision,
	isInvited,
	type Moment,
	type Policy,
	refuse,
	tabsBroken,
	type View,
} from "./decision.ts";
import { decideLost } from "./lost.ts";
import { personOf } from "./names-held.ts";
import { roomBroken, roomOpened } from "./rooms.ts";

export function decideOpen(view: View, open: Command<"open">): Decision {
	const { client: asker, now: time, state, limits, node, secrets } = view;
	const room = parseRoomName(open.room);
	if (!room) return refuse("roomIsNamed");
	const session = sha256(open.session ?? "");
	const { context } = state.server;
	const expires = time + limits.sessionDays * DAY_MS;
	const type = "session.renewed";
	const renewed = { type, time, session, expires } as const;
	const closed = firstBroken(serverGuards, serverRules[type], context, renewed);
	const kept = context.sessions.get(session);
	if (closed || !kept) return refuse("sessionIsOpen");
	if (!isInvited(view, kept)) return refuse("isInvited");
	const { identity, nameKey, name } = kept;
	const claimed = context.names.get(nameKey);
	if (claimed?.identity !== identity) return refuse("nameIsTheirs");
	const person = personOf(claimed);
	const inside = state.room(room)?.context;
	const isKnown =
		open.client && inside?.known.get(session)?.includes(open.client);
	const client = (isKnown && open.client) || secrets.id();
	const taken = inside?.last.get(client) ?? 0;
	const renewal = isRenewalDue(kept, expires) ? [{ event: renewed }] : [];
	if (asker?.matches("inRoom") && asker.context.id === client)
		return refuse("isNotInside");
	// Whoever goes on from another room keeps their place there for a while.
	const before = decideLost(view, "closed");
	const resumed = inside?.members.has(client) ?? false;
	const returning = {
		...{ client, room, resumed, last: taken, request: open.id },
		...{ user: { name, email: "" }, ...(open.place && { place: open.place }) },
	};
	const full =
		tabsBroken(view, { identity, client }) ?? roomBroken(view, room, person);
	if (full) return refuse(full);
	if (resumed) {
		const event = { type: "client.resumed" as const, time, room, client, node };
		return { entries: [...renewal, ...before, { event }], returning };
	}
	const owner = { identity, nameKey, name, session };
	const entered: ClientEntered = {
		...{ type: "client.entered", time, room, client, ...owner, node },
	};
	const rules = roomRules["client.entered"];
	const broken = inside && firstBroken(roomGuards, rules, inside, entered);
	if (broken) return refuse(broken);
	const opened = roomOpened(view, room, person);
	const entries = [...renewal, ...before, ...opened, { event: entered }];
	return { entries, returning };
}

/** Ends a session, or all of its owner's: whoever is in by it leaves. */
export function decideLogout({ client, now: time, state }: View, all: boolean) {
	if (!client?.matches("inRoom")) return [];
	const { identity, id, room } = client.context;
	const own = state.room(room)?.context.members.get(id)?.session;
	const view = { state, now: time };
	if (all) return loggedOutEverywhere(view, identity);
	const isOpen = own !== undefined && state.server.context.sessions.has(own);
	return isOpen ? sessionsClosed(view, [own], "loggedOut") : [];
}

/** Whoever is in without a session, as classic clients are, leaves too. */
export function loggedOutEverywhere(
	view: Moment,
	identity: string,
): readonly Entry[] {
	const { state, now: time } = view;
	const sessions = [...state.server.context.sessions].flatMap(
		([session, of]) => (of.identity === identity ? session : []),
	);
	const left = [...state.roomNames].flatMap((room) =>
		[...(state.room(room)?.context.members ?? [])]
			.filter(([, member]) => member.identity === identity && !member.session)
			.map(([client]) => loggedOut(time, room, client)),
	);
	return [...left, ...sessionsClosed(view, sessions, "loggedOut")];
}

function loggedOut(time: number, room: RoomName, client: ClientId): Entry {
	const why = "loggedOut";
	return { event: { type: "client.left", time, room, client, why } };
}

/** Renews the sessions that are in use, and closes those that are over. */
export function sessionsDue(view: Moment & Policy): readonly Entry[] {
	const { state, now } = view;
	const over = [...state.server.context.sessions]
		.filter(([, { expires }]) => expires <= now)
		.map(([session]) => session);
	const closed = sessionsClosed(view, over, "expired");
	return [...sessionsRenewed(view), ...closed];
}

/** A connection may last longer than a session. */
function sessionsRenewed({
	state,
	now: time,
	limits,
}: Moment & Policy): readonly Entry[] {
	const expires = time + limits.sessionDays * DAY_MS;
	const inUse = new Set<string>();
	for (const room of state.roomNames)
		for (const member of state.room(room)?.context.members.values() ?? [])
			if (member.session && member.deadline === undefined)
				inUse.add(member.session);
	const { context } = state.server;
	const type = "session.renewed";
	return [...inUse].flatMap((session) => {
		const event = { type, time, session, expires } as const;
		const kept = context.sessions.get(session);
		if (!kept || !isRenewalDue(kept, expires)) return [];
		return firstBroken(serverGuards, serverRules[type], context, event)
			? []
			: [{ event }];
	});
}

/** Once a day is often enough. */
const isRenewalDue = (kept: { readonly expires: number }, expires: number) =>
	expires - kept.expires >= DAY_MS;

/** Everything that follows from the end of sessions. */
export function sessionsClosed(
	{ state, now: time }: Moment,
	closed: readonly string[],
	why: "loggedOut" | "expired",
): readonly Entry[] {
	return closed.flatMap((session) => [
		...[...state.roomNames].flatMap((room): Entry[] => {
			const inside = state.room(room)?.context;
			const clients = inside?.known.get(session);
			if (!inside || !clients) return [];
			const left = clients
				.filter((client) => inside.members.has(client))
				.map((client) => loggedOut(time, room, client));
			const event = { type: "session.forgotten", time, room, session } as const;
			return [...left, { event }];
		}),
		{ event: { type: "session.closed", time, session, why } },
	]);
}
