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
import type { Item, Relation } from "./message.ts";

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

interface Row {
	readonly concerns: readonly Concerned[];
	readonly item?: Item["kind"];
}

/** The machines that each event concerns, in the order in which they take it, the kind of item that it makes, and whether it has text beside it that can be erased. */
export const eventTable = {
	"server.started": { concerns: ["server"] },
	"server.stopped": { concerns: ["server"] },
	checkpoint: { concerns: ["server"] },
	"log.restored": { concerns: ["server"] },
	"name.released": { concerns: ["server"] },
	"name.renamed": { concerns: ["server"] },
	"registration.closed": { concerns: ["server"] },
	"registration.opened": { concerns: ["server"] },
	"identity.banned": { concerns: ["server"] },
	"identity.unbanned": { concerns: ["server"] },
	"identity.blocked": { concerns: ["server"] },
	"identity.unblocked": { concerns: ["server"] },
	"message.reported": { concerns: ["server"] },
	"report.closed": { concerns: ["server"] },
	"invitation.made": { concerns: ["server"] },
	"invitation.spent": { concerns: ["server"] },
	"invitation.ended": { concerns: ["server"] },
	"session.opened": { concerns: ["server"] },
	"session.renewed": { concerns: ["server"] },
	"session.closed": { concerns: ["server"] },
	"login.requested": { concerns: ["client"] },
	"login.resent": { concerns: ["client"] },
	"login.handed": { concerns: ["client"] },
	"login.failed": { concerns: ["client"] },
	"login.expired": { concerns: ["client"] },
	"login.succeeded": { concerns: ["server", "client"] },
	"room.opened": { concerns: ["room"] },
	"member.added": { concerns: ["room"] },
	"member.removed": { concerns: ["room"] },
	"room.titled": { concerns: ["room"], item: "titled", hasText: true },
	"topic.changed": { concerns: ["room"], item: "topic", hasText: true },
	"room.handedOver": { concerns: ["room"] },
	"room.closed": { concerns: ["room"], item: "closed" },
	"room.forgotten": { concerns: ["room"] },
	"room.restored": { concerns: ["room"] },
	"retention.changed": { concerns: ["room"] },
	"session.forgotten": { concerns: ["room"] },
	"client.entered": { concerns: ["room", "client"], item: "entered" },
	"client.detached": { concerns: ["room", "client"] },
	"clients.detached": { concerns: ["room", "members"] },
	"client.resumed": { concerns: ["room", "client"] },
	"client.left": { concerns: ["room", "client"], item: "left" },
	"identity.muted": { concerns: ["room"] },
	"identity.unmuted": { concerns: ["room"] },
	"identity.kicked": { concerns: ["room"] },
	"message.posted": { concerns: ["room"], item: "said", hasText: true },
	"message.edited": { concerns: ["room"], item: "edited", hasText: true },
	"message.reacted": { concerns: ["room"], item: "reacted", hasText: true },
	"message.unreacted": { concerns: ["room"], item: "unreacted" },
	"message.pinned": { concerns: ["room"], item: "pinned" },
	"message.unpinned": { concerns: ["room"], item: "unpinned" },
	"notice.posted": { concerns: ["room"], item: "notice", hasText: true },
	"message.erased": { concerns: ["room"], item: "erased" },
} as const satisfies {
	[Type in keyof Facts]: Row &
		(Facts[Type] extends { digest: string } ? { hasText: true } : unknown);
};

type Concerns<Type extends keyof Facts> =
	(typeof eventTable)[Type]["concerns"][number];
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
/** The events whose rows are like this. */
type Like<Row> = {
	[T in keyof Facts]: (typeof eventTable)[T] extends Row
		? PlumeEvent<T>
		: never;
}[keyof Facts];
/** An event with text beside it that can be erased. */
export type WithText = Like<{ hasText: true }>;
export type VisibleEvent = Like<{ item: Item["kind"] }>;
/** An event that makes a relation. */
export type RelatingEvent = Like<{ item: Relation["kind"] }>;

/** An event of a newer version may overwrite as well, and names the entries in the same field. */
export const isOverwriting = (event: PlumeEvent): event is Overwriting =>
	"seqs" in event;

/** Events of a newer version have no row. */
const rows: Partial<Record<string, Row & { hasText?: true }>> = eventTable;

export const isWithText = (event: PlumeEvent): event is WithText =>
	rows[event.type]?.hasText === true;

/** Whether the event makes an item, which takes one offset of its room. */
export const isVisible = (event: PlumeEvent): event is VisibleEvent =>
	rows[event.type]?.item !== undefined;

/** The events that concern a machine. */
type Concerning<Machine extends Concerned> = {
	[Type in keyof Facts]: Machine extends Concerns<Type>
		? PlumeEvent<Type>
		: never;
}[keyof Facts];

export type ServerEvent = Concerning<"server">;
export type ClientEvent = Concerning<"client"> | Concerning<"members">;
export type RoomEvent = Concerning<"room">;
