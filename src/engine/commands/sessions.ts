/** How sessions open, are renewed while they are in use, and end. */
import type {
	Claim,
	ClientId,
	ClientLeft,
	Identity,
	PlumeEvent,
	RoomName,
	SessionHash,
} from "../../../machines/events.ts";
import type { Member } from "../../../machines/room.ts";
import { brokenServerRule } from "../../../machines/server.ts";
import type { Entry } from "../../log/log.ts";
import { sha256 } from "../secrets.ts";
import type { State } from "../state.ts";
import { DAY_MS, type View } from "./decision.ts";
import { identitiesOf } from "./names-held.ts";

/** The log has the hash of the token; only the browser gets the token itself. */
export function sessionOpened(
	{ now: time, limits }: View,
	token: string,
	owner: Omit<
		PlumeEvent<"session.opened">,
		"type" | "time" | "session" | "expires"
	>,
) {
	const expires = time + limits.sessionDays * DAY_MS;
	const fact = { time, session: sha256(token), ...owner, expires };
	const event: PlumeEvent<"session.opened"> = {
		type: "session.opened",
		...fact,
	};
	return { entry: { event }, session: { token, expires } };
}

/** What follows when a person is about to log in once more, for each session that ends: of too many, since all of them may have to end in one batch, those go that were unused longest. That is known by the day; those with an open tab go last. */
export function excessClosed(
	view: View,
	person: Identity,
	identity: Identity,
): readonly (readonly Entry[])[] {
	const { sessions, names } = view.state.server.context;
	const { sessionsHeld } = view.limits;
	if (sessions.size < sessionsHeld) return [];
	const theirs = new Set([...identitiesOf(names, person), identity]);
	const open = [...sessions].filter(([, { identity }]) => theirs.has(identity));
	const excess = open.length + 1 - sessionsHeld;
	if (excess <= 0) return [];
	const inUse = sessionsInUse(view);
	return open
		.sort(
			([a, one], [b, other]) =>
				Number(inUse.has(a)) - Number(inUse.has(b)) ||
				one.expires - other.expires,
		)
		.slice(0, excess)
		.map(([session]) => sessionsClosed(view, [session], "loggedOut"));
}

/** Renews the sessions that are in use, and closes those that have expired: each alone, since all that are due at once may be more than a batch may have. */
export function sessionsDue(view: View): readonly (readonly Entry[])[] {
	const { state, now } = view;
	const expired = [...state.server.context.sessions]
		.filter(([, { expires }]) => expires <= now)
		.map(([session]) => sessionsClosed(view, [session], "expired"));
	return [sessionsRenewed(view), ...expired];
}

/** The sessions of everyone who is attached. */
function sessionsInUse({ state }: View): ReadonlySet<string> {
	const inUse = new Set<string>();
	for (const { context } of state.rooms.values())
		for (const member of context.members.values())
			if (member.session && member.deadline === undefined)
				inUse.add(member.session);
	return inUse;
}

/** Renews the sessions that are in use: a connection may last longer than a session. */
const sessionsRenewed = (view: View): readonly Entry[] =>
	[...sessionsInUse(view)].flatMap(
		(session) => openSession(view, session)?.renewal ?? [],
	);

/** A session, if it may be used, with the event that renews it. It is renewed once a day at most. */
export function openSession(
	{ state, now: time, limits }: View,
	session: SessionHash,
) {
	const { context } = state.server;
	const expires = time + limits.sessionDays * DAY_MS;
	const event = { type: "session.renewed", time, session, expires } as const;
	const open = context.sessions.get(session);
	if (!open || brokenServerRule(context, event)) return undefined;
	const isDue = expires - open.expires >= DAY_MS;
	return { ...open, renewal: isDue ? [{ event }] : [] };
}

/** What follows when a client loses its connection, or goes on to another room. A client with a session keeps its seat for a while; any other leaves. */
export function decideLost(
	{ client, now: time, state, limits, node }: View,
	why: ClientLeft["why"],
): readonly Entry[] {
	if (!client?.matches("inRoom")) return [];
	const { id, room } = client.context;
	const member = state.room(room)?.context.members.get(id);
	// It was about to come in here, and may be elsewhere, or nowhere.
	if (member?.node !== node || member.deadline !== undefined) return [];
	const fact = { time, room, client: id };
	if (!member.session)
		return [{ event: { type: "client.left", ...fact, why } }];
	const deadline = time + limits.graceSeconds * 1000;
	return [{ event: { type: "client.detached", ...fact, deadline } }];
}

/** What follows when the node of the view has lost the connections of all its clients but these. */
export const othersLost = (view: View, carried: ReadonlySet<unknown>) =>
	[...view.state.rooms.values()]
		.flatMap(({ context }) => [...context.members.keys()])
		.filter((id) => !carried.has(id))
		.flatMap((id) =>
			decideLost({ ...view, client: view.state.client(id) }, "closed"),
		);

/** What follows when the server ended, and the connections of all clients with it; or when the one node did that is named. */
export function allLost(view: View, only?: string): readonly Entry[] {
	const { state, now: time, limits } = view;
	const deadline = time + limits.graceSeconds * 1000;
	const of = only === undefined ? {} : ({ only: true } as const);
	const whose = { node: only ?? view.node, ...of };
	return [...state.rooms].flatMap(([room, { context }]): Entry[] => {
		const lost = [...context.members].filter(
			([, { node, deadline }]) =>
				only === undefined || (node === only && deadline === undefined),
		);
		const left = lost.filter(([, { session }]) => !session);
		const fact = { type: "client.left", time, room, why: "restart" } as const;
		const entries: Entry[] = left.map(([client]) => ({
			event: { ...fact, client },
		}));
		const type = "clients.detached";
		if (left.length < lost.length)
			entries.push({ event: { type, time, room, ...whose, deadline } });
		return entries;
	});
}

/** The nodes that carry members of rooms, or did. */
export function nodesOf(state: State): ReadonlySet<string> {
	const nodes = new Set<string>();
	for (const { context } of state.rooms.values())
		for (const { node } of context.members.values()) nodes.add(node);
	return nodes;
}

type Ending = PlumeEvent<"session.closed">["why"];

/** Why clients leave at the end of their session. */
const whyLeft: Readonly<Record<Ending, ClientLeft["why"]>> = {
	...{ loggedOut: "loggedOut", expired: "loggedOut" },
	...{ uninvited: "uninvited", banned: "banned", restored: "restart" },
};

/** Everything that follows from the end of sessions. */
export function sessionsClosed(
	{ state, now: time }: Pick<View, "state" | "now">,
	closed: readonly string[],
	why: Ending,
): readonly Entry[] {
	const leaving = whyLeft[why];
	return closed.flatMap((session) => [
		...[...state.rooms].flatMap(([room, { context }]): Entry[] => {
			const clients = context.known.get(session);
			if (!clients) return [];
			const left = clients
				.filter((client) => context.members.has(client))
				.map((client) => clientLeft(time, room, client, leaving));
			const event = { type: "session.forgotten", time, room, session } as const;
			return [...left, { event }];
		}),
		{ event: { type: "session.closed", time, session, why } },
	]);
}

/** Ends the sessions of those who are meant. Clients without a session, as classic ones are, leave too. */
export function sentAway(
	view: View,
	isMeant: (who: Claim) => boolean,
	why: Ending,
): readonly Entry[] {
	const { sessions } = view.state.server.context;
	const open = [...sessions.filter((owner) => isMeant(owner)).keys()];
	const isLeft = (member: Member) => !member.session && isMeant(member);
	const left = clientsLeft(view, isLeft, whyLeft[why]);
	return [...left, ...sessionsClosed(view, open, why)];
}

/** Clients leave their rooms. */
export const clientsLeft = (
	{ state, now: time }: View,
	isMeant: (member: Member, client: ClientId, room: RoomName) => boolean,
	why: ClientLeft["why"],
): readonly Entry[] =>
	[...state.rooms].flatMap(([room, { context }]) =>
		[...context.members]
			.filter(([client, member]) => isMeant(member, client, room))
			.map(([client]) => clientLeft(time, room, client, why)),
	);

const clientLeft = (
	time: number,
	room: RoomName,
	client: ClientId,
	why: ClientLeft["why"],
): Entry => ({ event: { type: "client.left", time, room, client, why } });
