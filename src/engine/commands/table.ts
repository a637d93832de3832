/** Every command and its handler. */
import type { Command, Kind } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { Services } from "../services.ts";
import { decideAuth } from "./auth.ts";
import { type Decision, type Handler, refuse, type View } from "./decision.ts";
import { edit } from "./edit.ts";
import { erase, eraseAll } from "./erase.ts";
import { find } from "./find.ts";
import { hello } from "./hello.ts";
import { history } from "./history.ts";
import { invitations, invite, join, revoke } from "./invitations.ts";
import { logout } from "./logout.ts";
import { closeRoom, handOver, removeMember } from "./membership.ts";
import { open } from "./open.ts";
import { level, quiet, read, subscribe, tryPush, unsubscribe } from "./own.ts";
import { ownRooms } from "./own-rooms.ts";
import { pin } from "./pins.ts";
import { makeRoom, setTopic, talkTo, titleRoom } from "./private-rooms.ts";
import { react, unreact } from "./reactions.ts";
import { heads, signal } from "./signal.ts";
import { text } from "./text.ts";

const handlers: { readonly [K in Kind]: Handler<K> } = {
	hello,
	auth: decideAuth,
	open,
	text,
	history,
	typing: signal,
	presence: signal,
	heads,
	erase,
	eraseAll,
	logout,
	ownRooms,
	makeRoom,
	talkTo,
	titleRoom,
	setTopic,
	invite,
	invitations,
	revoke,
	join,
	removeMember,
	handOver,
	closeRoom,
	edit,
	react,
	unreact,
	pin,
	unpin: pin,
	pins: history,
	find,
	read,
	level,
	quiet,
	subscribe,
	unsubscribe,
	tryPush,
};

/** Commands that append no events, so that they also work while the disk is full. */
export const logsNothing: ReadonlySet<Kind> = new Set<Kind>([
	"history",
	"typing",
	"presence",
	"heads",
	"ownRooms",
	"pins",
	"find",
]);

/** Commands about rooms, each of which takes up some lines of its sender's share of the log. Nobody gives one while all they said is being deleted. */
const lines: ReadonlySet<Kind> = new Set<Kind>([
	...(["makeRoom", "talkTo", "titleRoom", "invite", "revoke", "join"] as const),
	...(["setTopic", "removeMember", "handOver", "closeRoom"] as const),
]);

export function decide<K extends Kind>(
	view: View,
	command: Command<K>,
	connection: Connection,
	services: Services,
): Decision {
	const decided = handlers[command.kind](view, command, connection, services);
	if (!lines.has(command.kind) || decided.entries.length === 0) return decided;
	if (services.erasures.isSilent(view.client)) return refuse("isNotErasing");
	return services.requestLimits.spend(view, "") ?? decided;
}
