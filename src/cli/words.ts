/** Describes each event in words, with its client as the subject. */

import type { ClientLeft, PlumeEvent } from "../../machines/events.ts";
import { ageInWords } from "../../machines/text.ts";
import { momentOf } from "../moment.ts";
import { isNewer } from "../version.ts";

/** What had happened to the client before an event. */
export interface Before {
	/** How often it mistyped the code. */
	readonly mistakes: number;
	/** How long ago its connection was lost; 0 while connected. */
	readonly lostMs: number;
}

type Type = PlumeEvent["type"];

const endings: Readonly<Record<PlumeEvent<"invitation.ended">["why"], string>> =
	{
		revoked: "it was taken back",
		expired: "nobody used it in time",
		closed: "its room is closed, or its maker is no member any more",
	};

const expired: Readonly<Record<PlumeEvent<"login.expired">["why"], string>> = {
	deadline: "let the code expire",
	mailFailed: "could not be mailed the code, so the login ended",
	mayNotEnter:
		"was not let in: it was banned or sent out, or newcomers were kept out",
	nameTaken: "could not have the name: it had become someone else's",
};

const left: Readonly<Record<ClientLeft["why"], string>> = {
	closed: "the connection was closed",
	silent: "nothing was heard of it for too long",
	tooSlow: "its connection was too slow to keep up",
	refused: "it was refused too much",
	restart:
		"the server was started anew, and no place is kept without a session",
	loggedOut: "it logged out",
	renamed:
		"a name of its person was changed or freed; it may come back by itself",
	uninvited: "it is not invited any more",
	kicked: "a moderator removed it from the room",
	banned: "an admin banned it",
	removed: "its person is no member of the room any more",
};

const table: {
	readonly [T in Type]: (event: PlumeEvent<T>, before: Before) => string;
} = {
	"server.started": ({ version }) =>
		`the server was started, version ${version}`,
	"server.stopped": () => "the server was stopped",
	checkpoint: ({ of }) => `the server vouched for the state after event ${of}`,
	"log.restored": ({ from }) =>
		`the log was restored as it was after event ${from}`,
	"name.released": () => "a name was set free",
	"name.renamed": ({ name }) => `a name was changed to ${name}`,
	"registration.closed": () => "the door was closed to newcomers",
	"registration.opened": () => "newcomers were let in again",
	"session.opened": ({ name }) => `a session was opened for ${name}`,
	"session.renewed": () => "a session was renewed",
	"session.closed": ({ why }) =>
		({
			expired: "a session expired",
			loggedOut: "a session was logged out",
			banned: "the session of someone who was banned was ended",
			uninvited: "the session of someone no longer invited was ended",
			restored: "a session ended, because the log was restored",
		})[why],
	"session.forgotten": ({ room }) => `${room} forgot a session that had ended`,
	"login.requested": ({ name, room }) =>
		`asked for a code as ${name || "a newcomer"}, to enter ${room}`,
	"login.resent": () =>
		"asked for the code once more; the one before is worth nothing",
	"login.handed": () => "was handed a code by the operator",
	"login.failed": (_, { mistakes }) =>
		mistakes > 0
			? `mistyped it again, ${mistakes + 1} times by now`
			: "mistyped the code",
	"login.expired": ({ why }) => expired[why],
	"login.succeeded": ({ name }) => `proved to be ${name} with the right code`,
	"room.opened": ({ room }) => `the room ${room} was opened`,
	"member.added": ({ room }) => `someone became a member of ${room}`,
	"member.removed": ({ room }) => `someone is no member of ${room} any more`,
	"room.titled": ({ name, room }) => `${name} gave ${room} a title`,
	"topic.changed": ({ room }) => `changed the topic of ${room}`,
	"room.handedOver": ({ room }) => `the room ${room} was handed over`,
	"room.closed": ({ name, room }) => `${name} closed the room ${room}`,
	"room.restored": ({ room }) =>
		`the room ${room} went on from the restored log`,
	"retention.changed": ({ room, hours }) =>
		hours === undefined
			? `what is said in ${room} is kept for good`
			: `what is said in ${room} is deleted after ${ageInWords(hours)}`,
	"room.forgotten": ({ room }) =>
		`the room ${room} was forgotten: nobody used it`,
	"client.entered": ({ name, room }) => `came into ${room} as ${name}`,
	"client.detached": ({ deadline, time }) =>
		`lost the connection; the place is kept for ${span(deadline - time)}`,
	"clients.detached": ({ deadline, time, only }) =>
		`lost the connection when ${only ? "its node" : "the server"} ended; the place is kept for ${span(deadline - time)}`,
	"client.resumed": (_, { lostMs }) =>
		lostMs > 0
			? `came back after ${span(lostMs)}`
			: "was taken over by another connection",
	"client.left": ({ why }, { lostMs }) =>
		lostMs > 0 && why === "closed"
			? `left, because it did not come back within ${span(lostMs)}`
			: `left, because ${left[why]}`,
	"message.posted": () => "said something",
	"message.edited": () => "gave a message other words",
	"message.reacted": () => "reacted to a message",
	"message.unreacted": () => "took a reaction back",
	"message.pinned": ({ name, room }) => `${name} pinned a message in ${room}`,
	"message.unpinned": ({ name, room }) =>
		`${name} took down a pinned message in ${room}`,
	"identity.banned": ({ until }) => `someone was banned${untilWhen(until)}`,
	"identity.unbanned": () => "a ban was lifted",
	"identity.blocked": () => "someone blocked someone",
	"identity.unblocked": () => "someone unblocked someone",
	"message.reported": ({ room, why }) =>
		`a message in ${room} was reported as ${why}`,
	"report.closed": () => "a report was dealt with",
	"invitation.made": ({ room }) =>
		`someone was invited${room === undefined ? "" : ` to ${room}`}`,
	"invitation.spent": () => "someone used an invitation",
	"invitation.ended": ({ why }) => `an invitation ended: ${endings[why]}`,
	"identity.muted": ({ room, until }) =>
		`someone was muted in ${room}${untilWhen(until)}`,
	"identity.unmuted": ({ room }) => `someone may speak in ${room} again`,
	"identity.kicked": ({ room, time, until }) =>
		until > time
			? `someone was removed from ${room}${untilWhen(until)}`
			: `someone may enter ${room} again`,
	"notice.posted": ({ room }) => `something was said in ${room} as the bot`,
	"message.erased": ({ name, room, target, as }) =>
		as === "retention"
			? `what ${name} said in ${room} was deleted, because it was too old`
			: as !== "author"
				? `a moderator removed a message of ${name} in ${room}`
				: `${name} took back ${target === undefined ? "all that was said" : "a message"} in ${room}`,
};

/** An event of a newer version is described as such. */
export function inWords<T extends Type>(
	event: PlumeEvent<T>,
	before: Before = { mistakes: 0, lostMs: 0 },
): string {
	const isKnown = Object.hasOwn(table, event.type);
	return isKnown ? table[event.type](event, before) : isNewer;
}

const untilWhen = (until: number | undefined) =>
	until === undefined ? " for good" : ` until ${momentOf(until)}`;

/** A duration in its largest sensible unit. */
export function span(ms: number): string {
	const seconds = Math.round(ms / 1000);
	if (seconds < 120) return `${seconds} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
