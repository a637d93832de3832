/** What the server sends. */
import {
	count,
	erase,
	history,
	id,
	maybe,
	own,
	positive,
	relation,
	rooms,
	search,
	signal,
	text,
	user,
} from "./frame-fields.ts";
import { MessageType as types } from "./message-type.ts";
import { maybeQuiet, readMark, roomLevel } from "./own.ts";
import * as s from "./schema.ts";

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
/** A reaction, and who gave it: each with the offset of the item that says so. */
const reaction = s.record({
	text,
	by: s.listOf(s.record({ name: text, offset: count })),
});
const relating = <const K>(kind: K) => ({ ...system(kind, ""), target: count });
const worded = { text, erased: s.optional(s.yes) };
const typist = { client: text, name: text };
/** `in` is the public room in which a person who is away from this one looks now. */
const member = s.record({ ...typist, away: s.flag, in: s.optional(text) });
/** What the room is about, and the offset of the item that says so. */
const topic = { read: s.record({ text, offset: count }) };
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
		edited: maybe,
		reactions: s.optional(s.listOf(reaction)),
		pinned: s.optional(text),
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
		names: s.optional(s.listOf(text.read)),
		role: s.optional(text),
		retentionHours: s.optional(count),
		access: s.optional(text),
		closed: s.optional(s.yes),
		topic: s.optional(topic),
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
	notice: { ...system("notice", ""), ...worded },
	titled: { ...system("titled", ""), ...worded },
	topic: { ...system("topic", ""), ...worded },
	closed: system("closed", "closed this room"),
	edited: { ...relating("edited"), ...worded },
	reacted: { ...relating("reacted"), ...worded },
	unreacted: { ...relating("unreacted"), reaction: count },
	pinned: relating("pinned"),
	unpinned: relating("unpinned"),
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
	head: {
		...signal("head"),
		...head,
		saidAt: maybe,
		mentioned: s.optional(s.yes),
	},
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
	relationDone: { ...relation("done"), id },
	pins: {
		...relation("pins"),
		...room,
		pins: s.listOf(
			s.record({ target: count, name: text, time: count, text, by: text }),
		),
		id,
	},
	found: {
		...search("found"),
		hits: s.listOf(
			s.record({ ...room, offset: count, time: count, name: text, text }),
		),
		older: s.optional(text),
		behind: s.optional(s.yes),
		id,
	},
	own: {
		...own("all"),
		pushKey: s.optional(text),
		reads: s.listOf(s.record(readMark)),
		levels: s.listOf(s.record(roomLevel)),
		...maybeQuiet,
	},
	read: { ...own("read"), ...readMark, unread: s.optional(s.yes) },
	level: { ...own("level"), ...roomLevel },
	quiet: { ...own("quiet"), ...maybeQuiet },
	ownDone: { ...own("done"), id },
};
