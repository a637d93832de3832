/** Ends a session, or all sessions of its owner. The clients that entered with them leave. */
import type { Claim } from "../../../machines/events.ts";
import type { Command } from "../command.ts";
import { type Decision, refuse, type View } from "./decision.ts";
import { sentAway, sessionsClosed } from "./sessions.ts";

export function decideLogout(view: View, { all }: Command<"logout">): Decision {
	const { client, state } = view;
	if (!client?.matches("inRoom")) return refuse("isInside");
	const { identity, id, room } = client.context;
	const own = state.room(room)?.context.members.get(id)?.session;
	const isOwn = (who: Claim) => who.identity === identity;
	if (all) return { entries: sentAway(view, isOwn, "loggedOut") };
	const isOpen = own !== undefined && state.server.context.sessions.has(own);
	return { entries: isOpen ? sessionsClosed(view, [own], "loggedOut") : [] };
}
