/** Ends a session, or all sessions of its owner. The clients that entered with them leave. */
import type { Identity } from "../../../machines/events.ts";
import type { Entry } from "../../log/log.ts";
import type { Command } from "../command.ts";
import { type Decision, refuse, type View } from "./decision.ts";
import { clientsLeft, sessionsClosed } from "./sessions.ts";

export function decideLogout(view: View, { all }: Command<"logout">): Decision {
	const { client, state } = view;
	if (!client?.matches("inRoom")) return refuse("isInside");
	const { identity, id, room } = client.context;
	const own = state.room(room)?.context.members.get(id)?.session;
	if (all) return { entries: loggedOutEverywhere(view, identity) };
	const isOpen = own !== undefined && state.server.context.sessions.has(own);
	return { entries: isOpen ? sessionsClosed(view, [own], "loggedOut") : [] };
}

/** Ends all sessions of a person. Clients without a session, as classic ones are, leave too. */
export function loggedOutEverywhere(
	view: View,
	identity: Identity,
): readonly Entry[] {
	const sessions = [...view.state.server.context.sessions].flatMap(
		([session, owner]) => (owner.identity === identity ? session : []),
	);
	const left = clientsLeft(
		view,
		(member) => member.identity === identity && !member.session,
		"loggedOut",
	);
	return [...left, ...sessionsClosed(view, sessions, "loggedOut")];
}
