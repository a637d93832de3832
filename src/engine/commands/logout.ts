/** Ends a session, or all sessions of its owner. The clients that entered with them leave. */
import type { Claim } from "../../../machines/events.ts";
import { inside } from "./decision.ts";
import { sentAway, sessionsClosed } from "./sessions.ts";

export const logout = inside<"logout">(({ view, asker }, { all }) => {
	const { state } = view;
	const { identity, id, room } = asker;
	const own = state.room(room)?.context.members.get(id)?.session;
	const isOwn = (who: Claim) => who.identity === identity;
	if (all) return { entries: sentAway(view, isOwn, "loggedOut") };
	const isOpen = own !== undefined && state.server.context.sessions.has(own);
	return { entries: isOpen ? sessionsClosed(view, [own], "loggedOut") : [] };
});
