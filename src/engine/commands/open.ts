/**
 * Decides whether a browser may come back with the session or the pending
 * login that it kept, or go on to another room.
 */
import type { ClientContext } from "../../../machines/client.ts";
import { parseRoomName } from "../../chat/room-name.ts";
import type { Command } from "../command.ts";
import type { Login } from "../connection.ts";
import { dueEvents } from "../deadlines.ts";
import { sha256 } from "../secrets.ts";
import type { Services } from "../services.ts";
import {
	type Decision,
	type Handler,
	isBanned,
	isInvited,
	mayEnter,
	personIn,
	refuse,
	tabsBroken,
	type View,
} from "./decision.ts";
import { personOf } from "./names-held.ts";
import { roomBroken, roomEntered } from "./rooms.ts";
import {
	decideLost,
	openSession,
	sessionOpened,
	sessionsClosed,
} from "./sessions.ts";

export const open: Handler<"open"> = (view, command, _, services) => {
	const { pending } = command;
	if (!pending) return decideOpen(view, command);
	if (view.client?.matches("inRoom")) return refuse("isNotInside");
	const asked = view.state.clientOfLogin(sha256(pending));
	if (!asked) return refuse("loginIsPending");
	return asked.matches("inRoom")
		? decideAnsweredAgain(view, asked.context, pending, command)
		: resumeLogin(view, asked.context, pending, command, services);
};

export function decideOpen(view: View, command: Command<"open">): Decision {
	const { client: asker, now: time, state, node, secrets } = view;
	const room = parseRoomName(command.room);
	if (!room) return refuse("roomIsNamed");
	const owner = ownerOf(view, sha256(command.session ?? ""));
	if (typeof owner === "string") return refuse(owner);
	const { identity, nameKey, name, session, person, renewal } = owner;
	if (!mayEnter(state, room, person)) return refuse("isOpenToThem");
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
	const language = command.language ?? view.login?.user.language;
	const user = { name, email: "", language };
	const login: Login = {
		...{ client, last, request, user },
		...(lastSeen && { lastSeen }),
	};
	if (inside?.members.has(client)) {
		const event = { type: "client.resumed" as const, time, room, client, node };
		const entries = [...before, { event }];
		return { entries, login: { ...login, resumed: room } };
	}
	const who = { room, client, identity, nameKey, name, session };
	const entered = roomEntered(view, who, person);
	if (entered.refused) return entered;
	return { entries: [...before, ...entered.entries], login };
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
	asked: ClientContext,
	pending: string,
	{ id: request, language }: Command<"open">,
): Decision {
	const { state, now, secrets } = view;
	const { id: before, room } = asked;
	const inside = state.room(room)?.context;
	const own = inside?.members.get(before)?.session;
	const lost = own && state.server.context.sessions.get(own);
	// A client that said something there has had its answer.
	const isHeard = now >= asked.expires || inside?.last.has(before);
	if (!own || !lost || isHeard) return refuse("loginIsPending");
	if (!isInvited(view, lost)) return refuse("isInvited");
	const { identity, nameKey, name, domain, since } = lost;
	const [token, client] = [secrets.id(), secrets.id()];
	const owner = { identity, nameKey, name };
	const opened = sessionOpened(view, token, {
		...{ ...owner, domain },
		...(since !== undefined && { since }),
	});
	const who = { room, client, ...owner, session: sha256(token) };
	return {
		entries: [
			...sessionsClosed(view, [own], "loggedOut"),
			opened.entry,
			...roomEntered(view, who, personIn(view, owner)).entries,
		],
		login: {
			...{ client, pending, request, session: opened.session },
			user: { name, email: "", language },
		},
	};
}

/** A browser that has the id of a login under way may finish it on this connection. */
function resumeLogin(
	view: View,
	{ id: client, name }: ClientContext,
	pending: string,
	{ id, language }: Command<"open">,
	{ logins, attachments }: Services,
): Decision {
	const expired = dueEvents(view, [client]);
	if (expired.length > 0)
		return { ...refuse("loginIsPending"), entries: expired };
	const known = attachments.connectionOf(client)?.login?.user;
	const user = { name, email: "", ...known, ...(language && { language }) };
	const login = { client, pending, user };
	const sent = logins.codeSent(login, "", id);
	return { entries: [], login, replies: sent ? [sent] : [] };
}
