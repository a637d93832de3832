/** Who moderates: the operator, an admin, or the one who made a room. */
import type { ClientContext } from "../../../machines/client.ts";
import type { Identity, RoomName } from "../../../machines/events.ts";
import { BOT_NAME } from "../../../machines/message.ts";
import { DAY_MS, type View } from "./decision.ts";
import { personOf } from "./names-held.ts";

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

/** A client as an actor in a room. */
export function actorOf(
	{ state, admins, now }: View,
	{ id, identity, nameKey, room: where }: ClientContext,
	room: RoomName,
): Actor {
	const { names, sessions } = state.server.context;
	const owner = names.get(nameKey);
	const person = owner ? personOf(owner) : identity;
	const { session = "" } = state.room(where)?.context.members.get(id) ?? {};
	const { since = 0 } = sessions.get(session) ?? {};
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
