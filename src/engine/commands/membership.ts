/** How people cease to be members of rooms that are not for all, and what owners do with theirs. */
import type { Identity, RoomName } from "../../../machines/events.ts";
import { BOT_NAME } from "../../../machines/message.ts";
import type { RoomContext } from "../../../machines/room.ts";
import { brokenRoomRule } from "../../../machines/room.ts";
import type { Entry } from "../../log/log.ts";
import type { Rule } from "../refusals.ts";
import {
	done,
	type Handler,
	isBanned,
	isReported,
	mayEnter,
	personIn,
	refuse,
	type View,
} from "./decision.ts";
import { nameOf, namesHeld, ownerCalled, personUnder } from "./names-held.ts";
import { clientsLeft } from "./sessions.ts";

/** A member who asks for something about a room, and that room. */
export interface Member {
	readonly person: Identity;
	readonly room: RoomContext;
	readonly isOwner: boolean;
}

/** The one who asks, as a member of a room; or the rule by which they are none. */
export function memberIn(
	view: View,
	room: RoomName,
): Member | "isInside" | "isOpenToThem" {
	const { client, state } = view;
	if (!client?.matches("inRoom")) return "isInside";
	const person = personIn(view, client.context);
	const context = state.room(room)?.context;
	if (!context?.people || !mayEnter(state, room, person)) return "isOpenToThem";
	return { person, room: context, isOwner: context.maker === person };
}

/** The person who owns a name. */
export function personCalled({ state }: View, typed: string) {
	const { person } = ownerCalled(state.server.context.names, typed) ?? {};
	return person === BOT_NAME ? undefined : person;
}

/** A member, by their name; or, who has none, as the list of members calls them. */
function memberCalled(
	view: View,
	{ people }: RoomContext,
	typed: string,
): Identity | undefined {
	const nameless = people?.findKey(
		(_, person) => nameOf(view.state.server.context.names, person) === typed,
	);
	return personCalled(view, typed) ?? nameless;
}

/** Whether a person owns as many rooms as one may. Closed ones count: they are there as long as they have members. */
export const mayOwnNoMore = (
	{ state, limits }: View,
	person: Identity,
): boolean =>
	state
		.roomsOf(person)
		.filter((room) => state.room(room)?.context.maker === person).length >=
	limits.privateRoomsMade;

/** A member leaves for good, or its owner removes another. */
export const removeMember: Handler<"removeMember"> = (view, command) => {
	const { room, name, id } = command;
	const member = memberIn(view, room);
	if (typeof member === "string") return refuse(member);
	if (member.room.access !== "private") return refuse("isPrivate");
	if (name === undefined) return done(removed(view, room, member.person), id);
	const identity = memberCalled(view, member.room, name);
	if (identity === undefined) return refuse("personIsKnown");
	if (!member.isOwner) return refuse("isOwner");
	if (!member.room.people?.has(identity)) return refuse("isMember");
	return done(removed(view, room, identity, member.person), id);
};

/** What follows when someone leaves a room for good, or has to. */
function removed(
	view: View,
	room: RoomName,
	identity: Identity,
	by = identity,
): readonly Entry[] {
	return [
		...invitationsEnded(
			view,
			(one) =>
				one.room === room && (one.by === identity || one.identity === identity),
		),
		// One tab hears of the other as a member still.
		...tabsLeft(view, identity, (where) => where === room),
		...membershipEnded(view, room, identity, by),
		...roomOver(view, room, identity),
	];
}

/** A room that its last member has left: nobody can come in any more. */
function roomOver(
	view: View,
	room: RoomName,
	last: Identity,
): readonly Entry[] {
	const { state, now: time } = view;
	const { people, members } = state.room(room)?.context ?? {};
	const { names } = state.server.context;
	const isOver =
		people?.size === 1 &&
		people.has(last) &&
		!isReported(view, room) &&
		members?.every((member) => personUnder(names, member) === last);
	return isOver ? [{ event: { type: "room.forgotten", time, room } }] : [];
}

/** An owner's room goes to the one who has been a member for longest, of those who can come. */
export function handedOver(
	view: View,
	room: RoomName,
	identity: Identity,
): readonly Entry[] {
	const { state, now: time } = view;
	const context = state.room(room)?.context;
	const { names } = state.server.context;
	const mayCome = (one: Identity) =>
		Number(!isBanned(view, one) && namesHeld(names, one).length > 0);
	const [[to] = []] = [...(context?.people ?? [])]
		.filter(([person]) => person !== identity)
		.sort(
			([one, { since }], [other, later]) =>
				mayCome(other) - mayCome(one) ||
				since - later.since ||
				(one < other ? -1 : 1),
		);
	const isOwner = context?.access === "private" && context.maker === identity;
	return isOwner && to !== undefined
		? [{ event: { type: "room.handedOver", time, room, to, by: identity } }]
		: [];
}

function membershipEnded(
	view: View,
	room: RoomName,
	identity: Identity,
	by: Identity,
): readonly Entry[] {
	const fact = { time: view.now, room, identity, by };
	return [
		...handedOver(view, room, identity),
		{ event: { type: "member.removed", ...fact } },
	];
}

/** The tabs of a person leave rooms, under whichever of their addresses they came. */
function tabsLeft(
	view: View,
	person: Identity,
	isMeant: (room: RoomName, identity: Identity) => boolean,
): readonly Entry[] {
	const { names } = view.state.server.context;
	return clientsLeft(
		view,
		(member, _, room) =>
			isMeant(room, member.identity) && personUnder(names, member) === person,
		"removed",
	);
}

/** Ends the invitations that are meant. */
export function invitationsEnded(
	{ state, now: time }: View,
	isMeant: (invitation: {
		readonly room?: RoomName;
		readonly by: Identity;
		readonly identity?: Identity;
	}) => boolean,
): readonly Entry[] {
	const all = state.server.context.invitations?.filter(isMeant).keys() ?? [];
	return Array.from(all, (invitation) => ({
		event: { type: "invitation.ended", time, invitation, why: "closed" },
	}));
}

/** Everything that ties a person to others ends: memberships, invitations and blocks. The tabs of the address that is `gone` have left already. */
export function decideGone(
	view: View,
	person: Identity,
	gone: Identity,
): readonly Entry[] {
	const { state, now: time } = view;
	const rooms = state.roomsOf(person);
	const blocked = state.server.context.blocks?.get(person) ?? [];
	return [
		...invitationsEnded(
			view,
			({ by, identity }) => by === person || identity === person,
		),
		...tabsLeft(
			view,
			person,
			(room, identity) => rooms.includes(room) && identity !== gone,
		),
		...rooms.flatMap((room) => membershipEnded(view, room, person, person)),
		...blocked.map(
			(identity): Entry => ({
				event: { type: "identity.unblocked", time, identity, by: person },
			}),
		),
	];
}

/** An owner's room, or the rule by which this can't be asked. */
function ownedBy(view: View, room: RoomName): Member | Rule {
	const member = memberIn(view, room);
	if (typeof member === "string") return member;
	if (member.room.access !== "private") return "isPrivate";
	return member.isOwner ? member : "isOwner";
}

export const handOver: Handler<"handOver"> = (view, { room, name, id }) => {
	const owner = ownedBy(view, room);
	if (typeof owner === "string") return refuse(owner);
	const to = personCalled(view, name);
	if (to === undefined) return refuse("personIsKnown");
	const fact = { time: view.now, room, to, by: owner.person };
	const event = { type: "room.handedOver" as const, ...fact };
	const broken = brokenRoomRule(owner.room, event);
	if (broken) return refuse(broken);
	// How many rooms they own is told of members alone.
	if (to !== owner.person && mayOwnNoMore(view, to))
		return refuse("personMayOwnMore");
	return done([{ event }], id);
};

export const closeRoom: Handler<"closeRoom"> = (view, { room, id }) => {
	const owner = ownedBy(view, room);
	if (typeof owner === "string") return refuse(owner);
	const { identity = "", name = "" } = view.client?.context ?? {};
	const fact = { time: view.now, room, identity, name };
	const event = { type: "room.closed" as const, ...fact };
	const broken = brokenRoomRule(owner.room, event);
	if (broken) return refuse(broken);
	const ended = invitationsEnded(
		view,
		(invitation) => invitation.room === room,
	);
	return done([...ended, { event }], id);
};
