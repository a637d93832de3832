/**
 * Invitations: by a link, whose token only its reader has, or to a person by
 * name. They let someone into a room as a member, or only into the server. One
 * is used up at a login, or when a member joins a room.
 */
import type {
	Identity,
	InvitationId,
	PlumeEvent,
	RoomName,
} from "../../../machines/events.ts";
import type { Invitation } from "../../../machines/server.ts";
import type { Entry } from "../../log/log.ts";
import { evolved } from "../evolve.ts";
import type { Rule } from "../refusals.ts";
import { sha256 } from "../secrets.ts";
import { actorOf } from "./actor.ts";
import {
	DAY_MS,
	done,
	type Handler,
	inside,
	invitationFor,
	personIn,
	refuse,
	type View,
} from "./decision.ts";
import { invitationsEnded, memberIn, personCalled } from "./membership.ts";
import { nameOf, namesHeld } from "./names-held.ts";

/** What someone may invite to: a room that they are a member of, or the server if they are an admin. */
function mayInvite(
	view: View,
	room: RoomName | undefined,
): Rule | { readonly person: Identity; readonly isOwner: boolean } {
	const { client } = view;
	if (!client?.matches("inRoom")) return "isInside";
	if (room !== undefined) {
		const member = memberIn(view, room);
		if (typeof member === "string") return member;
		if (member.room.access !== "private") return "isPrivate";
		return member.room.isClosed ? "isNotClosed" : member;
	}
	const { role, person } = actorOf(view, client.context, client.context.room);
	if (view.admins.has(client.context.identity) && role !== "lateAdmin")
		return { person, isOwner: true };
	return role === "lateAdmin" ? "loginIsFresh" : "isAdmin";
}

export const invite: Handler<"invite"> = (view, { room, name, id }) => {
	const inviter = mayInvite(view, room);
	if (typeof inviter === "string") return refuse(inviter);
	const { person: by } = inviter;
	const { invitations, blocks } = view.state.server.context;
	// Those that are over go at the next look.
	const isOpen = (one: Invitation) => one.expires > view.now;
	const own = invitations?.count((one) => one.by === by && isOpen(one)) ?? 0;
	if (own >= view.limits.invitationsHeld) return refuse("invitationsAreLeft");
	const identity = name === undefined ? undefined : personCalled(view, name);
	if (name !== undefined) {
		if (identity === undefined) return refuse("personIsKnown");
		const isBlocked =
			blocks?.get(identity)?.includes(by) ||
			blocks?.get(by)?.includes(identity);
		const people =
			room === undefined ? undefined : view.state.room(room)?.context.people;
		if (isBlocked || identity === by || people?.has(identity))
			return refuse("personCanBeAsked");
		const isSame = (one: Invitation) =>
			one.room === room && one.identity === identity && isOpen(one);
		if (invitations?.some(isSame)) return done([], id);
	}
	const { entry, token } = invited(view, by, room, identity);
	const { invitation, expires } = entry.event;
	const link = identity === undefined && { token };
	const reply = { invitation, ...link, expires, id };
	return { entries: [entry], replies: [{ kind: "invited", ...reply }] };
};

/** An invitation, and the token that its link ends with. The log has only the token's hash. */
export function invited(
	{ now: time, secrets, limits }: Pick<View, "now" | "secrets" | "limits">,
	by: Identity,
	room?: RoomName,
	identity?: Identity,
) {
	const token = secrets.id();
	const expires = time + limits.invitationDays * DAY_MS;
	const event: PlumeEvent<"invitation.made"> = {
		...{ type: "invitation.made", time, invitation: sha256(token), by },
		...(room !== undefined && { room }),
		...(identity !== undefined && { identity }),
		...{ expires, uses: 1 },
	};
	return { entry: { event }, token };
}

/** The invitations to a room, or to the server, that wait: an owner sees all, others their own. */
export const invitations: Handler<"invitations"> = (view, { room, id }) => {
	const inviter = mayInvite(view, room);
	if (typeof inviter === "string") return refuse(inviter);
	const { names, invitations } = view.state.server.context;
	const open = [...(invitations ?? [])]
		.filter(([, one]) => one.room === room && one.expires > view.now)
		.filter(([, { by }]) => inviter.isOwner || by === inviter.person)
		.map(([invitation, { by, identity, expires, uses }]) => ({
			...{ invitation, by: nameOf(names, by), expires, uses },
			...(identity !== undefined && { name: nameOf(names, identity) }),
		}));
	const reply = { room, invitations: open, id } as const;
	return { entries: [], replies: [{ kind: "invitations", ...reply }] };
};

export const revoke: Handler<"revoke"> = (view, { invitation, id }) => {
	const found = view.state.server.context.invitations?.get(invitation);
	if (!view.client?.matches("inRoom")) return refuse("isInside");
	const person = personIn(view, view.client.context);
	const inviter = found && mayInvite(view, found.room);
	const mayRevoke =
		found?.by === person ||
		// Whom it is for may decline.
		found?.identity === person ||
		(typeof inviter === "object" && inviter.isOwner);
	if (!mayRevoke) return refuse("invitationIsOpen");
	return done([ended(view, invitation, "revoked")], id);
};

const ended = (
	{ now: time }: Pick<View, "now">,
	invitation: InvitationId,
	why: "revoked" | "expired",
): Entry => ({ event: { type: "invitation.ended", time, invitation, why } });

/** The invitations that nobody used in time. */
export const invitationsDue = (view: View): readonly Entry[] =>
	[...(view.state.server.context.invitations ?? [])]
		.filter(([, { expires }]) => expires <= view.now)
		.map(([invitation]) => ended(view, invitation, "expired"));

/** Someone who is here becomes a member of a room. */
export const join = inside<"join">(({ view, asker, person }, command) => {
	const invitation = idOf(view, command.invitation, person);
	const joined = decideJoin(view, invitation, person);
	if (joined.broken) return refuse(joined.broken);
	const { entries, room = asker.room } = joined;
	const reply = { kind: "roomReady", room, id: command.id } as const;
	return { entries, replies: [reply] };
});

/** What was sent is the token of a link, or the id of an invitation to this person. */
function idOf({ state }: View, sent: string, person: Identity): InvitationId {
	const found = state.server.context.invitations?.get(sent);
	return found?.identity === person ? sent : sha256(sent);
}

interface Joined {
	/** What it is decided on after these entries. */
	readonly view: View;
	readonly entries: readonly Entry[];
	readonly room?: RoomName | undefined;
	readonly broken?: Rule;
}

/** A person uses an invitation, if one is given. Someone who is a member already does not use it up. */
export function decideJoin(
	view: View,
	id: InvitationId | undefined,
	identity: Identity,
): Joined {
	if (id === undefined) return { view, entries: [] };
	const found: Invitation | undefined = invitationFor(view, id, identity);
	if (!found) return { view, entries: [], broken: "invitationIsOpen" };
	const { room, by } = found;
	const { now: time, state, limits } = view;
	const people =
		room === undefined ? undefined : state.room(room)?.context.people;
	const { names } = state.server.context;
	const isIn = room === undefined && namesHeld(names, identity).length > 0;
	if (isIn || people?.has(identity)) return { view, entries: [], room };
	if (room !== undefined && !people)
		return { view, entries: [], broken: "invitationIsOpen" };
	if (people && people.size >= limits.roomMembers)
		return { view, entries: [], broken: "roomHasSpace" };
	const spent = { time, invitation: id, identity };
	const entries: Entry[] = [{ event: { type: "invitation.spent", ...spent } }];
	if (room !== undefined) {
		const joined = state
			.roomsOf(identity)
			.filter((key) => state.room(key)?.context.access === "private");
		if (joined.length >= limits.privateRoomsJoined)
			return { view, entries: [], broken: "roomsJoinedAreLeft" };
		entries.push({ event: { type: "member.added", time, room, identity, by } });
		// Another one would let them in again after they are removed.
		const isOther = (one: Pick<Invitation, "room" | "identity">) =>
			one !== found && one.room === room && one.identity === identity;
		entries.push(...invitationsEnded(view, isOther));
	}
	return { view: { ...view, state: evolved(state, entries) }, entries, room };
}
