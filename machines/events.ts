/**
 * The event union: every fact that the log can contain, in the past tense.
 *
 * An event has everything that was not deterministic when it was decided:
 * time, ids, outcomes, canonical keys. It never has an email address, a login
 * code or a token: the decision returns those beside its events. Nor does it
 * have the text that a person typed, only a salted digest (see `Erasable`), so
 * that the text can be erased without breaking the log.
 */

/** Identifiers are 128 random bits in base64url, keys and MACs are base64url digests. */
export type ClientId = string & { readonly brand?: "ClientId" };
export type Identity = string & { readonly brand?: "Identity" };
export type NameKey = string & { readonly brand?: "NameKey" };
/** SHA-256 of a session token. */
export type SessionHash = string & { readonly brand?: "SessionHash" };
export type RoomName = string & { readonly brand?: "RoomName" };

/** Stored beside an event, which has only its `digest`: SHA-256(salt NUL text). */
export interface Erasable {
	readonly salt: string;
	readonly text: string;
}

interface Fact<Type extends string> {
	readonly type: Type;
	/** Milliseconds since 1970, by the engine's clock; never goes back. */
	readonly time: number;
}

export interface RoomFact<Type extends string = string> extends Fact<Type> {
	readonly room: RoomName;
}

/** A name, and who may use it. */
export interface Claim {
	readonly identity: Identity;
	readonly nameKey: NameKey;
	readonly name: string;
}

export interface ServerStarted extends Fact<"server.started"> {
	readonly node: string;
	readonly version: string;
}
export interface ServerStopped extends Fact<"server.stopped"> {}
/** The hash of the whole state after an earlier event. A replay, and a newer version, can check that they compute the same state. */
export interface Checkpoint extends Fact<"checkpoint"> {
	/** The seq of that event. */
	readonly of: number;
	/** SHA-256 of the canonical state. */
	readonly stateHash: string;
}
/** The log is a backup whose last event is `from`. People may have seen later events, which are lost. */
export interface LogRestored extends Fact<"log.restored"> {
	readonly from: number;
}
export interface NameReleased extends Fact<"name.released"> {
	readonly nameKey: NameKey;
}

/** A browser stays logged in, under the name that its login claimed. */
export interface SessionOpened extends Fact<"session.opened">, Claim {
	readonly session: SessionHash;
	/** MAC of the email's domain. */
	readonly domain: string;
	readonly expires: number;
}
export interface SessionRenewed extends Fact<"session.renewed"> {
	readonly session: SessionHash;
	readonly expires: number;
}
export interface SessionClosed extends Fact<"session.closed"> {
	readonly session: SessionHash;
	readonly why: "loggedOut" | "expired";
}

export interface LoginRequested extends Fact<"login.requested">, Claim {
	readonly client: ClientId;
	/** The identity of the address without its `+tag`, if it has one. */
	readonly person?: Identity;
	/** SHA-256 of the pending login's id. */
	readonly pending: string;
	/** MAC of the email's domain. */
	readonly domain: string;
	readonly room: RoomName;
	/** MAC of (pending, code). */
	readonly code: string;
	readonly expires: number;
	readonly tries: number;
	readonly resends: number;
}
export interface LoginResent extends Fact<"login.resent"> {
	readonly client: ClientId;
	readonly code: string;
	readonly expires: number;
}
export interface LoginFailed extends Fact<"login.failed"> {
	readonly client: ClientId;
}
export interface LoginExpired extends Fact<"login.expired"> {
	readonly client: ClientId;
	readonly why: "deadline" | "mailFailed" | "nameTaken";
}
/** This is where a name is claimed. A classic client has no session. */
export interface LoginSucceeded extends Fact<"login.succeeded">, Claim {
	readonly client: ClientId;
	readonly person?: Identity;
	readonly session?: SessionHash;
}

export interface RoomOpened extends RoomFact<"room.opened"> {
	readonly incarnation: string;
	/** Who first entered, if it is not the lobby, which is everyone's. */
	readonly maker?: Identity;
}
/** Nobody used it any more. Another room may be opened under its name. */
export interface RoomForgotten extends RoomFact<"room.forgotten"> {}
/** The log was restored: the room has another epoch from now on, while its offsets and its clients' numbers continue. */
export interface RoomRestored extends RoomFact<"room.restored"> {
	readonly incarnation: string;
}
export interface ClientEntered extends RoomFact<"client.entered">, Claim {
	readonly client: ClientId;
	readonly session?: SessionHash;
	readonly node: string;
}
/** Its connection is lost; it may resume until the deadline. */
export interface ClientDetached extends RoomFact<"client.detached"> {
	readonly client: ClientId;
	readonly deadline: number;
}
/** The server ended, and the connections of all clients with it. Those that have a session may resume until the deadline. */
export interface ClientsDetached extends RoomFact<"clients.detached"> {
	readonly node: string;
	readonly deadline: number;
}
export interface ClientResumed extends RoomFact<"client.resumed"> {
	readonly client: ClientId;
	readonly node: string;
}
/** The session ended: the numbers of its clients' messages are forgotten. */
export interface SessionForgotten extends RoomFact<"session.forgotten"> {
	readonly session: SessionHash;
}
export interface ClientLeft extends RoomFact<"client.left"> {
	readonly client: ClientId;
	readonly why:
		| "closed"
		| "silent"
		| "tooSlow"
		| "refused"
		| "restart"
		| "loggedOut";
}
export interface MessagePosted extends RoomFact<"message.posted"> {
	readonly client: ClientId;
	/** The client's own number for it, from 1, when it numbers what it sends. */
	readonly n?: number;
	readonly digest: string;
}

/** The text of one message is erased, or those of all that `author` posted up to `through`. */
export interface MessageErased extends RoomFact<"message.erased"> {
	/** The message's offset. */
	readonly target?: number;
	readonly author?: Identity;
	readonly through?: number;
	/** Earlier messages under that name are another person's. Absent in older logs. */
	readonly from?: number;
	/** The name under which they were posted. */
	readonly name: string;
	readonly by: Identity;
	readonly as: "author";
	/** The entries of the log that lose their text. */
	readonly seqs: readonly number[];
}

export type PlumeEvent =
	| ServerStarted
	| ServerStopped
	| Checkpoint
	| LogRestored
	| NameReleased
	| SessionOpened
	| SessionRenewed
	| SessionClosed
	| LoginSucceeded
	| LoginRequested
	| LoginResent
	| LoginFailed
	| LoginExpired
	| ClientEntered
	| ClientDetached
	| ClientsDetached
	| ClientResumed
	| ClientLeft
	| RoomOpened
	| RoomForgotten
	| RoomRestored
	| SessionForgotten
	| MessagePosted
	| MessageErased;

/** `members`: the clients in the room that have a session. */
type Concerned = "server" | "room" | "client" | "members";

/** The machines that each event concerns, in the order in which they take it. */
export const concerned = {
	"server.started": ["server"],
	"server.stopped": ["server"],
	checkpoint: ["server"],
	"log.restored": ["server"],
	"name.released": ["server"],
	"session.opened": ["server"],
	"session.renewed": ["server"],
	"session.closed": ["server"],
	"login.requested": ["client"],
	"login.resent": ["client"],
	"login.failed": ["client"],
	"login.expired": ["client"],
	"login.succeeded": ["server", "client"],
	"room.opened": ["room"],
	"room.forgotten": ["room"],
	"room.restored": ["room"],
	"session.forgotten": ["room"],
	"client.entered": ["room", "client"],
	"client.detached": ["room", "client"],
	"clients.detached": ["room", "members"],
	"client.resumed": ["room", "client"],
	"client.left": ["room", "client"],
	"message.posted": ["room"],
	"message.erased": ["room"],
} as const satisfies Record<PlumeEvent["type"], readonly Concerned[]>;

/** The events that concern a machine. */
type Concerning<Machine extends Concerned> = {
	[Type in keyof typeof concerned]: Machine extends (typeof concerned)[Type][number]
		? Extract<PlumeEvent, { readonly type: Type }>
		: never;
}[keyof typeof concerned];

export type ServerEvent = Concerning<"server">;
export type ClientEvent = Concerning<"client"> | Concerning<"members">;
export type RoomEvent = Concerning<"room">;
