/**
 * Decides whether a browser may come back with the session or the pending
 * login that it kept, or go on to another room.
 */
import type { ClientId, PlumeEvent } from "../../../machines/events.ts";
import { brokenRoomRule } from "../../../machines/room.ts";
import { parseRoomName } from "../../chat/room-name.ts";
import type { Command } from "../command.ts";
import type { Login } from "../connection.ts";
import { dueEvents } from "../deadlines.ts";
import { sha256 } from "../secrets.ts";
import type { Services } from "../services.ts";
import {
	type Decision,
	isBanned,
	isInvited,
	refuse,
	tabsBroken,
	type View,
} from "./decision.ts";
import type { Handler } from "./handler.ts";
import { personOf } from "./names-held.ts";
import { roomBroken, roomOpened } from "./rooms.ts";
import {
	decideLost,
	openSession,
	sessionOpened,
	sessionsClosed,
} from "./sessions.ts";

export const open: Handler<"open"> = (view, command, _, services) => {
	const { pending, id } = command;
	if (!pending) return decideOpen(view, command);
	if (view.client?.matches("inRoom")) return refuse("isNotInside");
	const entered = view.state.unheard(sha256(pending));
	return entered
		? decideAnsweredAgain(view, entered, pending, id)
		: resumeLogin(view, pending, id, services);
};

export function decideOpen(view: View, command: Command<"open">): Decision {
	const { client: asker, now: time, state, node, secrets } = view;
	const room = parseRoomName(command.room);
	if (!room) return refuse("roomIsNamed");
	const owner = ownerOf(view, sha256(command.session ?? ""));
	if (typeof owner === "string") return refuse(owner);
	const { identity, nameKey, name, session, person, renewal } = owner;
	const inside = state.room(room)?.context;
	const isKnown =
		command.client && inside?.known.get(session)?.includes(command.client);
	const client = (isKnown && command.client) || secrets.id();
	if (asker?.matches("inRoom") && asker.context.id === client)
		return refuse("isNotInside");
	const full =
		tabsBroken(view, { identity, client }) ?? roomBroken(view, room, person);
	if (full) return refuse(full);
	// A client that goes on from another room keeps its seat there for a while.
	const before = [...renewal, ...decideLost(view, "closed")];
	const last = inside?.last.get(client) ?? 0;
	const { id: request, lastSeen } = command;
	const user = { name, email: "" };
	const login: Login = {
		...{ client, last, request, user },
		...(lastSeen && { lastSeen }),
	};
	if (inside?.members.has(client)) {
		const event = { type: "client.resumed" as const, time, room, client, node };
		const entries = [...before, { event }];
		return { entries, login: { ...login, resumed: room } };
	}
	const entered: PlumeEvent<"client.entered"> = {
		...{ type: "client.entered", time, room, client },
		...{ identity, nameKey, name, session, node },
	};
	const broken = inside && brokenRoomRule(inside, entered);
	if (broken) return refuse(broken);
	const opened = roomOpened(view, room, person);
	return { entries: [...before, ...opened, { event: entered }], login };
}

/** The owner of a session, or the rule by which it can't be used. */
function ownerOf(view: View, session: string) {
	const opened = openSession(view, session);
	if (!opened) return "sessionIsOpen";
	if (!isInvited(view, opened)) return "isInvited";
	const claimed = view.state.server.context.names.get(opened.nameKey);
	if (claimed?.identity !== opened.identity) return "nameIsTheirs";
	const person = personOf(claimed);
	return isBanned(view, person)
		? "isNotBanned"
		: { ...opened, session, person };
}

/**
 * The right code came, and perhaps its answer was lost: a browser that has
 * the id of the login opens another session, once, as long as the code would
 * have lived.
 */
function decideAnsweredAgain(
	view: View,
	before: ClientId,
	pending: string,
	request: string | undefined,
): Decision {
	const { state, now: time, node, secrets } = view;
	const asked = state.client(before)?.context;
	const inside = asked && state.room(asked.room)?.context;
	const own = inside?.members.get(before)?.session;
	const lost = own && state.server.context.sessions.get(own);
	// A client that said something there has had its answer.
	const isHeard = !asked || time >= asked.expires || inside?.last.has(before);
	if (!own || !lost || isHeard) return refuse("loginIsPending");
	if (!isInvited(view, lost)) return refuse("isInvited");
	const { room } = asked;
	const { identity, nameKey, name, domain, since } = lost;
	const [token, client] = [secrets.id(), secrets.id()];
	const owner = { identity, nameKey, name };
	const opened = sessionOpened(view, token, {
		...{ ...owner, domain },
		...(since !== undefined && { since }),
	});
	const entered: PlumeEvent<"client.entered"> = {
		...{ type: "client.entered", time, room, client, ...owner },
		...{ session: sha256(token), node },
	};
	return {
		entries: [
			...sessionsClosed(view, [own], "loggedOut"),
			opened.entry,
			{ event: entered },
		],
		login: {
			...{ client, pending, request, session: opened.session },
			user: { name, email: "" },
		},
	};
}

/** A browser that has the id of a login under way may finish it on this connection. */
function resumeLogin(
	view: View,
	pending: string,
	id: string | undefined,
	{ logins, attachments }: Services,
): Decision {
	const client = view.state.pending(sha256(pending));
	const snapshot = client && view.state.client(client);
	if (!client || !snapshot?.matches("awaitingCode"))
		return refuse("loginIsPending");
	const expired = dueEvents(view, [client]);
	if (expired.length > 0)
		return { ...refuse("loginIsPending"), entries: expired };
	const { name } = snapshot.context;
	const user = attachments.connectionOf(client)?.login?.user;
	const login = { client, pending, user: user ?? { name, email: "" } };
	const sent = logins.codeSent(login, "", id);
	return { entries: [], login, replies: sent ? [sent] : [] };
}
