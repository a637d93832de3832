/**
 * The event union: every fact that the log can contain, in the past tense.
 *
 * An event has everything that was not deterministic when it was decided:
 * time, ids, outcomes, canonical keys. It never has an email address, a login
 * code or a token: the decision returns those beside its events. Nor does it
 * have the text that a person typed, only a salted digest (see `Erasable`), so
 * that the text can be erased without breaking the log.
 */
import type { ClientId, Facts, RoomName } from "./facts.ts";

export type {
	Claim,
	ClientId,
	Erasable,
	Identity,
	InvitationId,
	NameKey,
	RoomName,
	SessionHash,
} from "./facts.ts";

/** `members`: the clients in the room that have a session. */
type Concerned = "server" | "room" | "client" | "members";

/** The machines that each event concerns, in the order in which they take it. */
export const concerned = {
	"server.started": ["server"],
	"server.stopped": ["server"],
	checkpoint: ["server"],
	"log.restored": ["server"],
	"name.released": ["server"],
	"name.renamed": ["server"],
	"registration.closed": ["server"],
	"registration.opened": ["server"],
	"identity.banned": ["server"],
	"identity.unbanned": ["server"],
	"identity.blocked": ["server"],
	"identity.unblocked": ["server"],
	"message.reported": ["server"],
	"report.closed": ["server"],
	"invitation.made": ["server"],
	"invitation.spent": ["server"],
	"invitation.ended": ["server"],
	"session.opened": ["server"],
	"session.renewed": ["server"],
	"session.closed": ["server"],
	"login.requested": ["client"],
	"login.resent": ["client"],
	"login.handed": ["client"],
	"login.failed": ["client"],
	"login.expired": ["client"],
	"login.succeeded": ["server", "client"],
	"room.opened": ["room"],
	"member.added": ["room"],
	"member.removed": ["room"],
	"room.titled": ["room"],
	"topic.changed": ["room"],
	"room.handedOver": ["room"],
	"room.closed": ["room"],
	"room.forgotten": ["room"],
	"room.restored": ["room"],
	"retention.changed": ["room"],
	"session.forgotten": ["room"],
	"client.entered": ["room", "client"],
	"client.detached": ["room", "client"],
	"clients.detached": ["room", "members"],
	"client.resumed": ["room", "client"],
	"client.left": ["room", "client"],
	"identity.muted": ["room"],
	"identity.unmuted": ["room"],
	"identity.kicked": ["room"],
	"message.posted": ["room"],
	"message.edited": ["room"],
	"message.reacted": ["room"],
	"message.unreacted": ["room"],
	"message.pinned": ["room"],
	"message.unpinned": ["room"],
	"notice.posted": ["room"],
	"message.erased": ["room"],
} as const satisfies Record<keyof Facts, readonly Concerned[]>;

type Concerns<Type extends keyof Facts> = (typeof concerned)[Type][number];
type Fact<Type extends keyof Facts> = Facts[Type] & {
	/** Milliseconds since 1970, by the engine's clock; never goes back. */
	time: number;
} & ("room" extends Concerns<Type> ? { room: RoomName } : unknown) &
	("client" extends Concerns<Type> ? { client: ClientId } : unknown);

/** Any event, or an event of this type. */
export type PlumeEvent<Type extends keyof Facts = keyof Facts> = {
	readonly [T in Type]: { readonly type: T } & Readonly<Fact<T>>;
}[Type];
export type ClientLeft = PlumeEvent<"client.left">;
export type MessageErased = PlumeEvent<"message.erased">;
/** An event by which entries of the log lose their text. */
export type Overwriting = PlumeEvent<"message.erased" | "message.edited">;
/** An event with text beside it that can be erased. */
export type WithText = PlumeEvent<
	| "message.posted"
	| "message.edited"
	| "message.reacted"
	| "notice.posted"
	| "room.titled"
	| "topic.changed"
>;

/** An event of a newer version may overwrite as well, and names the entries in the same field. */
export const isOverwriting = (event: PlumeEvent): event is Overwriting =>
	"seqs" in event;

const withText: ReadonlySet<string> = new Set([
	...(["message.posted", "message.edited", "message.reacted"] as const),
	...(["notice.posted", "room.titled", "topic.changed"] as const),
] satisfies readonly WithText["type"][]);

export const isWithText = (event: PlumeEvent): event is WithText =>
	withText.has(event.type);

/** The events that concern a machine. */
type Concerning<Machine extends Concerned> = {
	[Type in keyof Facts]: Machine extends Concerns<Type>
		? PlumeEvent<Type>
		: never;
}[keyof Facts];

export type ServerEvent = Concerning<"server">;
export type ClientEvent = Concerning<"client"> | Concerning<"members">;
export type RoomEvent = Concerning<"room">;
