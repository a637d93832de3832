/**
 * The frames of `plume.2`, each declared once: its sender, its fields in wire
 * order, and the values each field allows. The server's parser and encoder,
 * the page's parser and the table of frames in PROTOCOL.md are derived from
 * it. A frame is recognised by its key fields, one of which is its type.
 */
import * as s from "./schema.ts";

/**
 * The types of the frames between browser and server. Types 0–5 are the
 * classic protocol. Types from 6 up are sent only to a client that asked for
 * the WebSocket subprotocol `plume.2`. PROTOCOL.md has an example of each.
 */
export const MessageType = {
	hello: 0,
	text: 1,
	auth: 2,
	authAck: 3,
	authRst: 4,
	mayNotEnter: 5,
	open: 6,
	welcome: 7,
	session: 8,
	pending: 9,
	ack: 10,
	refused: 11,
	system: 12,
	gap: 13,
	history: 14,
	signal: 15,
	erase: 16,
	logout: 17,
	rooms: 18,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

const types = MessageType;
const { text, user } = s;
const count = s.wholeFrom(0);
const positive = s.wholeFrom(1);
/** A number that may be absent. */
const maybe = s.optional(count);
const shortId = s.textOf(0, 64);
export const requestId = s.textOf(1, 32);
const id = s.optional(requestId);
/** Anything but a string reads as "", which names no room. */
const roomName = {
	...s.optional(text),
	read: (value: unknown) =>
		value === undefined ? undefined : (text.read(value) ?? ""),
};
const erase = { type: s.only(types.erase) };
const history = { type: s.only(types.history) };
const signal = <const K>(kind: K) => ({
	type: s.only(types.signal),
	kind: s.only(kind),
});
/** Frames about rooms that are not for all. */
const rooms = <const K>(kind: K) => ({
	type: s.only(types.rooms),
	kind: s.only(kind),
});

export const clientFrames = {
	hello: {
		type: s.only(types.hello),
		text,
		room: roomName,
		invitation: s.lenient(shortId),
		id,
	},
	text: {
		type: s.only(types.text),
		text,
		n: s.optional(positive),
		replyTo: s.lenient(positive),
		room: roomName,
		id: s.lenient(requestId),
	},
	auth: { type: s.only(types.auth), text, id },
	open: {
		type: s.only(types.open),
		session: s.lenient(shortId),
		pending: s.lenient(shortId),
		room: roomName,
		client: s.lenient(shortId),
		epoch: s.lenient(shortId),
		offset: s.lenient(count),
		time: s.lenient(count),
		id,
	},
	history: {
		...history,
		room: shortId,
		epoch: shortId,
		before: positive,
		limit: s.optional(positive),
		id,
	},
	typing: { ...signal("typing"), id },
	presence: { ...signal("presence"), away: s.flag, id },
	heads: { ...signal("heads"), rooms: s.listOf(text.read, 32), id },
	eraseAll: { ...erase, mine: s.only(true), id },
	erase: { ...erase, room: shortId, epoch: shortId, target: positive, id },
	logout: { type: s.only(types.logout), all: s.lenient(s.yes), id },
	ownRooms: { ...rooms("list"), id },
	makeRoom: { ...rooms("make"), title: text, id },
	talkTo: { ...rooms("direct"), names: s.listOf(text.read, 7), id },
	titleRoom: { ...rooms("title"), room: shortId, title: text, id },
	invite: {
		...rooms("invite"),
		room: s.optional(shortId),
		name: s.optional(text),
		id,
	},
	invitations: { ...rooms("invitations"), room: s.optional(shortId), id },
	revoke: { ...rooms("revoke"), invitation: shortId, id },
	join: { ...rooms("join"), invitation: shortId, id },
	removeMember: {
		...rooms("remove"),
		room: shortId,
		name: s.optional(text),
		id,
	},
	handOver: { ...rooms("handOver"), room: shortId, name: text, id },
	closeRoom: { ...rooms("close"), room: shortId, id },
};

const refusal = {
	code: text,
	re: maybe,
	text,
	n: maybe,
	expected: maybe,
	retryAfter: maybe,
	id,
};
const room = { room: text, epoch: text };
const head = { ...room, offset: count, said: count, restored: maybe };
const position = { ...room, offset: count, time: count };
const system = <const K>(kind: K, words: string) => ({
	type: s.only(types.system),
	kind: s.only(kind),
	user,
	text: s.always(words),
	...position,
});
const typist = { client: text, name: text };
const member = s.record({ ...typist, away: s.flag });
/** A room of one's own, or one that a person is invited to. `names` are those of its other people. */
const ownRoom = s.record({
	room: text,
	access: text,
	title: text,
	names: s.listOf(text.read),
	owner: s.optional(text),
	mine: s.optional(s.yes),
	closed: s.optional(s.yes),
	invitation: s.optional(text),
});
const openInvitation = s.record({
	invitation: text,
	by: text,
	name: s.optional(text),
	expires: count,
	uses: count,
});

export const serverFrames = {
	said: {
		type: s.only(types.text),
		user,
		...position,
		offset: s.key(positive),
		client: text,
		text,
		n: maybe,
		replyTo: maybe,
		erased: s.optional(s.yes),
	},
	aside: { type: s.only(types.text), user, text },
	authenticated: { type: s.only(types.authAck), user, text: s.always(""), id },
	wrongCode: { type: s.only(types.authRst), text: s.always(""), id },
	mayNotEnter: { type: s.only(types.mayNotEnter), ...refusal },
	welcome: {
		type: s.only(types.welcome),
		user,
		client: text,
		...head,
		last: count,
		role: s.optional(text),
		retentionHours: s.optional(count),
		access: s.optional(text),
		closed: s.optional(s.yes),
		node: s.optional(text),
		id,
	},
	session: { type: s.only(types.session), token: text, expires: count },
	pending: {
		type: s.only(types.pending),
		pending: text,
		tries: count,
		expires: count,
		resendAt: count,
		now: count,
		text,
		id,
	},
	ack: { type: s.only(types.ack), room: text, last: count },
	refused: { type: s.only(types.refused), ...refusal },
	entered: { ...system("entered", "entered chat"), client: text },
	left: { ...system("left", "left chat"), client: text },
	notice: { ...system("notice", ""), text, erased: s.optional(s.yes) },
	titled: { ...system("titled", ""), text, erased: s.optional(s.yes) },
	closed: system("closed", "closed this room"),
	erased: {
		...system("erased", ""),
		target: maybe,
		from: maybe,
		through: maybe,
	},
	gap: { type: s.only(types.gap), ...room, offset: count, said: count },
	page: {
		...history,
		...room,
		before: s.key(count),
		more: s.flag,
		id,
		done: s.only(true),
	},
	caughtUp: { ...history, ...room, done: s.only(true), more: s.flag },
	members: {
		...signal("members"),
		room: text,
		total: count,
		members: s.listOf(member),
	},
	presence: { ...signal("presence"), room: text, members: s.listOf(member) },
	typing: {
		...signal("typing"),
		room: text,
		clients: s.listOf(s.record(typist)),
	},
	head: { ...signal("head"), ...head, mentioned: s.optional(s.yes) },
	blocks: { ...signal("blocks"), names: s.listOf(text.read) },
	headsDone: { ...signal("heads"), done: s.only(true), id },
	eraseDone: { ...erase, done: s.only(true), id },
	ownRooms: { ...rooms("list"), rooms: s.listOf(ownRoom), id },
	roomReady: { ...rooms("ready"), room: text, id },
	invited: {
		...rooms("invited"),
		invitation: text,
		token: s.optional(text),
		expires: count,
		id,
	},
	invitations: {
		...rooms("invitations"),
		room: s.optional(text),
		invitations: s.listOf(openInvitation),
		id,
	},
	roomsDone: { ...rooms("done"), id },
};

type TypeOf<F> = F extends { type: s.Constant<infer V> } ? V : never;
/** Does not compile while a message type has no frame. */
({}) satisfies Record<
	Exclude<
		MessageType,
		| TypeOf<(typeof clientFrames)[keyof typeof clientFrames]>
		| TypeOf<(typeof serverFrames)[keyof typeof serverFrames]>
	>,
	never
>;

/** A parsed frame from a client; `kind` is its name in the table. */
export type ClientFrame<
	K extends keyof typeof clientFrames = keyof typeof clientFrames,
> = s.Frames<typeof clientFrames, K>;
/** A parsed frame from the server. */
export type ServerFrame<
	K extends keyof typeof serverFrames = keyof typeof serverFrames,
> = s.Frames<typeof serverFrames, K>;

/** Strict: undefined if no frame matches or a field is invalid. */
export const readClientFrame = s.reader(clientFrames, false);
/** Lenient: undefined if no frame matches; an invalid field reads as empty. */
export const readServerFrame = s.reader(serverFrames, true);

/** These return the wire object, ready for JSON. */
export const writeClientFrame = s.writer(clientFrames);
export const writeServerFrame = s.writer(serverFrames);
