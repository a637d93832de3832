/** Who moderates: the operator, an admin, or the one who made a room. */
import type { ClientContext } from "../../../machines/client.ts";
import type { Claim, Identity, RoomName } from "../../../machines/events.ts";
import { BOT_NAME } from "../../../machines/message.ts";
import type { Session } from "../../../machines/server.ts";
import { DAY_MS, mayEnter, type View } from "./decision.ts";
import { personUnder } from "./names-held.ts";

/** An admin acts only so long after typing a code. */
const FRESH_MS = DAY_MS;

/** Who acts. */
export interface Actor {
	readonly identity: Identity;
	/** The identity of the address without its `+tag`. */
	readonly person: Identity;
	/** In the room that it is about. */
	readonly role: "admin" | "lateAdmin" | "maker" | "member";
}

/** The operator, whose acts are the bot's. */
export const operator: Actor = {
	...{ identity: BOT_NAME, person: BOT_NAME, role: "admin" },
};

/** Also for the operator of another node. */
export const isOperator = ({ identity }: Actor) => identity === BOT_NAME;

/** The owner of a session as an actor in a room. */
export function actorBy(
	{ state, admins, now }: View,
	session: Pick<Session, keyof Claim | "since">,
	room: RoomName,
): Actor {
	const { identity, since = 0 } = session;
	const person = personUnder(state.server.context.names, session);
	const isAdmin = admins.has(identity);
	const isMaker = state.room(room)?.context.maker === person;
	const isFresh = now - since < FRESH_MS;
	const role =
		isAdmin && isFresh
			? "admin"
			: isMaker
				? "maker"
				: isAdmin
					? "lateAdmin"
					: "member";
	return { identity, person, role };
}

/** Someone as an actor in a room, whenever that is decided. */
export type ActorIn = (now: View) => Actor;

/** A client as an actor in a room, also when it is gone by then. Who may not enter the room any more has no role there. */
export function actorLater(
	{ state }: View,
	{ id, room: where, ...claim }: ClientContext,
	room: RoomName,
): ActorIn {
	const { session = "" } = state.room(where)?.context.members.get(id) ?? {};
	return (now) => {
		const { sessions } = now.state.server.context;
		const { since = 0 } = sessions.get(session) ?? {};
		const actor = actorBy(now, { ...claim, since }, room);
		const isOut = !mayEnter(now.state, room, actor.person);
		return isOut ? { ...actor, role: "member" } : actor;
	};
}

/** The operator, or an admin for as long as they are one. */
export const adminLater =
	(by: Actor): ActorIn =>
	({ admins }) =>
		isOperator(by) || admins.has(by.identity) ? by : { ...by, role: "member" };

/** A client as an actor in a room now. */
export const actorOf = (
	view: View,
	client: ClientContext,
	room: RoomName,
): Actor => actorLater(view, client, room)(view);
