/** Each event in plain words, as something that someone did. */
import type {
	ClientLeft,
	LoginExpired,
	PlumeEvent,
} from "../../machines/events.ts";
import { isNewer } from "../version.ts";

const expiredWords: Readonly<Record<LoginExpired["why"], string>> = {
	deadline: "let the code expire",
	mailFailed: "could not be mailed the code, so the login ended",
	nameTaken: "could not have the name: it had become someone else's",
};

const leftWords: Readonly<Record<ClientLeft["why"], string>> = {
	closed: "the connection was closed",
	silent: "nothing was heard of it for too long",
	tooSlow: "its connection was too slow to keep up",
	refused: "it was refused too much",
	restart:
		"the server was started anew, and no place is kept without a session",
	loggedOut: "it logged out",
};

export function inWords(event: PlumeEvent): string {
	switch (event.type) {
		case "server.started":
			return `the server was started, version ${event.version}`;
		case "server.stopped":
			return "the server was stopped";
		case "checkpoint":
			return `the server vouched for the state after event ${event.of}`;
		case "log.restored":
			return `the log was restored as it was after event ${event.from}`;
		case "name.released":
			return "a name was set free";
		case "session.opened":
			return `a session was opened for ${event.name}`;
		case "session.renewed":
			return "a session was renewed";
		case "session.closed":
			return event.why === "expired"
				? "a session expired"
				: "a session was logged out";
		case "session.forgotten":
			return `${event.room} forgot a session that had ended`;
		case "login.requested":
			return `asked for a code as ${event.name}, to enter ${event.room}`;
		case "login.resent":
			return "asked for the code once more; the one before is worth nothing";
		case "login.failed":
			return "mistyped the code";
		case "login.expired":
			return expiredWords[event.why];
		case "login.succeeded":
			return `proved to be ${event.name} with the right code`;
		case "room.opened":
			return `the room ${event.room} was opened`;
		case "room.restored":
			return `the room ${event.room} went on from the restored log`;
		case "room.forgotten":
			return `the room ${event.room} was forgotten: nobody used it`;
		case "client.entered":
			return `came into ${event.room} as ${event.name}`;
		case "client.detached":
			return `lost the connection; the place is kept for ${span(event.deadline - event.time)}`;
		case "clients.detached":
			return `lost the connection when the server ended; the place is kept for ${span(event.deadline - event.time)}`;
		case "client.resumed":
			return "was taken over by another connection";
		case "client.left":
			return `left, because ${leftWords[event.why]}`;
		case "message.posted":
			return "said something";
		case "message.erased":
			return `${event.name} took back ${event.target === undefined ? "all that was said" : "a message"} in ${event.room}`;
		default:
			return unknown(event);
	}
}

/** Of the events of this version none gets here. */
const unknown = (_event: never) => isNewer;

/** Of two units the one that says enough. */
export function span(ms: number): string {
	const seconds = Math.round(ms / 1000);
	if (seconds < 120) return `${seconds} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
