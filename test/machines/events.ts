/** A few events that say something about one small world: ann, bob, and mallory who claims ann's name. */
import type { ClientEvent, RoomEvent } from "../../machines/events.ts";

export const ann = { identity: "ann@", nameKey: "ann", name: "ann" };
export const bob = { identity: "bob@", nameKey: "bob", name: "bob" };
export const mallory = { identity: "mallory@", nameKey: "ann", name: "ann" };

const room = "cats";

/** One login of ann's, as a1, with two tries and one resend; its code is good until 10. */
export const clientEvents: readonly ClientEvent[] = [
	{
		type: "login.requested",
		time: 0,
		client: "a1",
		pending: "p",
		...ann,
		domain: "d",
		room,
		code: "c",
		expires: 10,
		tries: 2,
		resends: 1,
	},
	{ type: "login.resent", time: 5, client: "a1", code: "c2", expires: 15 },
	{ type: "login.handed", time: 5, client: "a1", code: "c3", expires: 15 },
	{ type: "login.failed", time: 5, client: "a1" },
	{ type: "login.expired", time: 15, client: "a1", why: "deadline" },
	{ type: "login.succeeded", time: 9, client: "a1", ...ann },
	{ type: "login.succeeded", time: 99, client: "a1", ...ann },
	{ type: "login.succeeded", time: 9, client: "a1", ...mallory },
	{ type: "client.entered", time: 9, client: "a1", room, ...ann, node: "n" },
	{ type: "client.entered", time: 9, client: "a1", room, ...bob, node: "n" },
	{
		type: "client.entered",
		time: 9,
		client: "a1",
		room,
		...ann,
		session: "s",
		node: "n",
	},
	{ type: "client.detached", time: 9, client: "a1", room, deadline: 20 },
	{ type: "clients.detached", time: 9, room, node: "n", deadline: 20 },
	{ type: "client.resumed", time: 9, client: "a1", room, node: "n" },
	{ type: "client.left", time: 9, client: "a1", room, why: "closed" },
];

/** What ann says of the first item in the room: that she came in. */
export const relations = (
	[
		{ type: "message.edited", client: "a1", digest: "d", seqs: [3] },
		{ type: "message.reacted", client: "a1", digest: "d" },
		{ type: "message.unreacted", client: "a1", digest: "d" },
		{ type: "message.pinned", identity: "ann@", name: "ann" },
		{ type: "message.unpinned", identity: "ann@", name: "ann" },
	] as const
).map((event) => ({ ...event, time: 2, room, target: 1 }));

/** Two tabs of ann's, one of bob's, and mallory at the door. */
export const roomEvents: readonly RoomEvent[] = [
	{ type: "room.opened", time: 0, room, incarnation: "i" },
	{ type: "identity.muted", time: 3, room, identity: "bob@", by: "x" },
	{ type: "identity.unmuted", time: 3, room, identity: "bob@", by: "x" },
	{
		type: "identity.kicked",
		time: 3,
		room,
		identity: "bob@",
		until: 4,
		by: "x",
	},
	{ type: "notice.posted", time: 3, room, digest: "d" },
	{ type: "room.forgotten", time: 3, room },
	{ type: "room.restored", time: 3, room, incarnation: "i" },
	{ type: "retention.changed", time: 3, room, hours: 24 },
	...(["a1", "a2"] as const).map(
		(client): RoomEvent => ({
			type: "client.entered",
			time: 1,
			room,
			client,
			...ann,
			...(client === "a2" && { session: "s" }),
			node: "n",
		}),
	),
	{ type: "clients.detached", time: 1, room, node: "n", deadline: 60 },
	{ type: "session.forgotten", time: 1, room, session: "s" },
	...(["a1", "a2"] as const).flatMap((client): RoomEvent[] => [
		{ type: "client.detached", time: 2, room, client, deadline: 60 },
		{ type: "client.resumed", time: 2, room, client, node: "n" },
	]),
	{
		type: "message.erased",
		time: 3,
		room,
		target: 2,
		name: "ann",
		by: "ann@",
		as: "author",
		seqs: [7],
	},
	{ type: "client.entered", time: 1, room, client: "b1", ...bob, node: "n" },
	{
		type: "client.entered",
		time: 1,
		room,
		client: "m1",
		...mallory,
		node: "n",
	},
	...(["a1", "a2", "b1", "m1"] as const).flatMap((client): RoomEvent[] => [
		{ type: "client.left", time: 2, room, client, why: "closed" },
		{ type: "message.posted", time: 2, room, client, digest: "x" },
		{ type: "message.posted", time: 2, room, client, n: 1, digest: "y" },
		{ type: "message.posted", time: 2, room, client, n: 2, digest: "z" },
	]),
];

/** Ann's private room, of which bob becomes a member. */
export const privateRoomEvents: readonly RoomEvent[] = (
	[
		{ type: "room.opened", incarnation: "i", access: "private", maker: "ann@" },
		{ type: "member.added", identity: "bob@", by: "ann@" },
		{ type: "client.entered", client: "b1", ...bob, node: "n" },
		{ type: "room.titled", identity: "ann@", name: "ann", digest: "d" },
		{ type: "topic.changed", client: "b1", digest: "d" },
		{ type: "room.handedOver", to: "bob@", by: "ann@" },
		{ type: "room.closed", identity: "bob@", name: "bob" },
		{ type: "member.removed", identity: "bob@", by: "ann@" },
	] as const
).map((event) => ({ ...event, time: 1, room: "~cats" }));
