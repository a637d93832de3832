/**
 * Every request that names a room, as somebody sends it who may not enter. A
 * frame whose fields name a room does not compile without a row here.
 */
import type { ClientFrame, clientFrames } from "../../machines/protocol.ts";
import { isOperatorCommand, operatorUsage } from "../../src/operator/usage.ts";
import type { Person } from "../test-server.ts";

/** What somebody asks about: a room that is there, or none. */
export interface Target {
	readonly room: string;
	/** As those know it who were members once. */
	readonly epoch: string;
	readonly offset: number;
	/** A token of a link, or the id of an invitation: none that lets the one who asks in. */
	readonly invitation: string;
}

type Name = keyof typeof clientFrames;
type NamesRoom<K extends Name> =
	Extract<
		keyof (typeof clientFrames)[K],
		`${string}${"r" | "R"}oom${string}` | "invitation"
	> extends never
		? false
		: true;
type Row<K extends Name> = (
	target: Target,
	person: Person,
) => readonly ClientFrame<K>[];
type Rows = {
	readonly [K in Name]: NamesRoom<K> extends true ? Row<K> : "names no room";
};

const id = "asked";
const about = ({ room, epoch, offset: target }: Target) => ({
	...{ room, epoch, target, id },
});

const rows: Rows = {
	hello: ({ room, invitation }) => [
		{ kind: "hello", text: "zoe\nzoe@y", room, id },
		{ kind: "hello", text: "zoe\nzoe@y", invitation, id },
		{ kind: "hello", text: "\nzoe@y", room, invitation, id },
	],
	auth: "names no room",
	text: ({ room, offset }) => [
		{ kind: "text", text: "hello", room, id },
		{ kind: "text", text: "hello", room, n: 1, replyTo: offset },
		{ kind: "text", text: "@plumebot report 1", room, id },
	],
	open: ({ room, epoch, offset }, { memory }) => {
		const session = `${memory.session}`;
		const client = `${memory.client}`;
		return [
			{ kind: "open", session, room, id },
			{ kind: "open", session, room, client, epoch, offset, time: 1, id },
			{ kind: "open", session: client, room, id },
			{ kind: "open", pending: client, room, id },
		];
	},
	history: ({ room, epoch, offset }) => [
		{ kind: "history", room, epoch, before: offset + 1, id },
		{ kind: "history", room, epoch: "", before: 1, limit: 200 },
	],
	typing: "names no room",
	presence: "names no room",
	heads: ({ room }) => [
		{ kind: "heads", rooms: [room, "lobby"], id },
		{ kind: "heads", rooms: [room] },
	],
	eraseAll: "names no room",
	erase: (target) => [{ kind: "erase", ...about(target) }],
	logout: "names no room",
	ownRooms: "names no room",
	makeRoom: "names no room",
	talkTo: "names no room",
	titleRoom: ({ room }) => [
		{ kind: "titleRoom", room, title: "a title", id },
		{ kind: "titleRoom", room, title: "", id },
	],
	setTopic: ({ room }) => [
		{ kind: "setTopic", room, text: "a topic", id },
		{ kind: "setTopic", room, text: "" },
	],
	invite: ({ room }) => [
		{ kind: "invite", room, id },
		{ kind: "invite", room, name: "ed", id },
		{ kind: "invite", room, name: "nobody", id },
	],
	invitations: ({ room }) => [{ kind: "invitations", room, id }],
	revoke: ({ invitation }) => [{ kind: "revoke", invitation, id }],
	join: ({ invitation }) => [{ kind: "join", invitation, id }],
	removeMember: ({ room }) => [
		{ kind: "removeMember", room, id },
		{ kind: "removeMember", room, name: "ed", id },
	],
	handOver: ({ room }) => [
		{ kind: "handOver", room, name: "ed", id },
		{ kind: "handOver", room, name: "nobody", id },
	],
	closeRoom: ({ room }) => [{ kind: "closeRoom", room, id }],
	edit: (target) => [
		{ kind: "edit", ...about(target), text: "other words" },
		{ kind: "edit", ...about(target), text: "" },
		{ kind: "edit", ...about(target), epoch: "", text: "other words" },
	],
	react: (target) => [{ kind: "react", ...about(target), text: "👍" }],
	unreact: (target) => [{ kind: "unreact", ...about(target), text: "🎉" }],
	pin: (target) => [{ kind: "pin", ...about(target) }],
	unpin: (target) => [{ kind: "unpin", ...about(target) }],
	pins: ({ room, epoch }) => [{ kind: "pins", room, epoch, id }],
	find: ({ room }) => [
		{ kind: "find", text: "words", room, id },
		{ kind: "find", text: "words", all: true, room, id },
		{ kind: "find", text: `in:${room} words`, id },
		{ kind: "find", text: `in:lobby in:${room}`, all: true, id },
	],
	read: ({ room, epoch, offset }) => [
		{ kind: "read", room, epoch, offset, said: 1, id },
		{ kind: "read", room, epoch: "", offset: 0, said: 0, unread: true, id },
	],
	level: ({ room }) => [{ kind: "level", room, level: "nothing", id }],
	quiet: "names no room",
	subscribe: "names no room",
	unsubscribe: "names no room",
	tryPush: "names no room",
};

/** All frames of somebody that name a room. */
export const framesAbout = (
	target: Target,
	person: Person,
): readonly ClientFrame[] =>
	Object.values(rows).flatMap((row: Rows[Name]): readonly ClientFrame[] =>
		typeof row === "string" ? [] : row(target, person),
	);

const words: Readonly<Record<string, string>> = {
	...{ NAME: "ed", OFFSET: "1", "TEXT…": "words", "[WHY…]": "1h spam" },
};

/** All that an operator, or an admin, types with a room in it. */
export const operatorAsks = ({ room }: Target) =>
	Object.entries(operatorUsage).flatMap(([command, { args }]) =>
		isOperatorCommand(command) && args.includes("ROOM")
			? { command, args: args.map((arg) => words[arg] ?? room) }
			: [],
	);
