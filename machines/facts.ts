/**
 * What each event says beside its type, its time, and the room and client that
 * it concerns; and the names of what events are about.
 */
/** Identifiers are 128 random bits in base64url, keys and MACs are base64url digests. */
export type ClientId = string & { readonly brand?: "ClientId" };
export type Identity = string & { readonly brand?: "Identity" };
export type NameKey = string & { readonly brand?: "NameKey" };
/** SHA-256 of a session token. */
export type SessionHash = string & { readonly brand?: "SessionHash" };
/** The key of a room. A public room's is its name; any other's begins with `~` and tells nothing. */
export type RoomName = string & { readonly brand?: "RoomName" };
/** SHA-256 of an invitation's token, or the id of one that is for a person. */
export type InvitationId = string & { readonly brand?: "InvitationId" };

/** Stored beside an event, which has only its `digest`: SHA-256(salt NUL text). */
export interface Erasable {
	readonly salt: string;
	readonly text: string;
}

/** A name, and who may use it. */
export interface Claim {
	readonly identity: Identity;
	readonly nameKey: NameKey;
	readonly name: string;
}

/** A person under the name that they had then. */
type Named = Pick<Claim, "identity" | "name">;

/** Something done to a person, by a moderator. A reason is text beside the event, which no deletion reaches. */
interface Sanction {
	readonly identity: Identity;
	/** Until when; absent for ever. */
	readonly until?: number;
	/** The bot's identity stands for the operator. */
	readonly by: Identity;
	/** The digest of the reason, if one was given. */
	readonly digest?: string;
}

/** The operator or an admin did it; the bot's identity stands for the operator. Absent in older logs, when only the operator could. */
type Administered = { readonly by?: Identity };

/** What each event says beside its type, its time, and the room and client that it concerns. */
export interface Facts {
	"server.started": { node: string; version: string };
	"server.stopped": object;
	/** The hash of the whole state after an earlier event. A replay, and a newer version, can check that they compute the same state. */
	checkpoint: {
		/** The seq of that event. */
		of: number;
		/** SHA-256 of the canonical state. */
		stateHash: string;
	};
	/** The log is a backup whose last event is `from`. People may have seen later events, which are lost. */
	"log.restored": { from: number };
	/** `by` is there if the operator or an admin freed it, and not its owner, or time; absent in older logs. */
	"name.released": { nameKey: NameKey; by?: Identity };
	/** The operator, or an admin, gave a name another spelling, or put another one in its place. Its sessions go with it. */
	"name.renamed": {
		nameKey: NameKey;
		to: NameKey;
		name: string;
		/** The old name stays theirs, too, because it stands at what they said. Absent in older logs, where it was free. */
		stays?: true;
	} & Administered;
	/** From now on only people who own a name are let in, until it is opened again. */
	"registration.closed": Administered;
	"registration.opened": Administered;

	/** `identity` is that of the address without its `+tag`: all names of that person are banned. */
	"identity.banned": Sanction;
	"identity.unbanned": { identity: Identity; by: Identity };
	/** `by` hears and sees nothing of that person any more. Both are persons as in `identity.banned`. */
	"identity.blocked": { identity: Identity; by: Identity };
	"identity.unblocked": { identity: Identity; by: Identity };
	/** Admins are to look at a message. */
	"message.reported": {
		report: string;
		room: RoomName;
		epoch: string;
		target: number;
		author: Identity;
		by: Identity;
		why: "spam" | "abuse" | "other";
	};
	"report.closed": { report: string; by: Identity };

	/** With the token somebody may log in, and enter the room, if there is one, as a member. */
	"invitation.made": {
		invitation: InvitationId;
		/** A person, as in `identity.banned`. The bot's identity stands for the operator. */
		by: Identity;
		room?: RoomName;
		/** The only person it is for; they need no token. */
		identity?: Identity;
		expires: number;
		uses: number;
	};
	"invitation.spent": { invitation: InvitationId; identity: Identity };
	"invitation.ended": {
		invitation: InvitationId;
		/** `closed`: its room is closed, or its maker is no member any more. */
		why: "revoked" | "expired" | "closed";
	};

	/** A browser stays logged in, under the name that its login claimed. */
	"session.opened": Claim & {
		session: SessionHash;
		/** MAC of the email's domain. */
		domain: string;
		expires: number;
		/** When its owner typed a code. Absent in older logs. */
		since?: number;
	};
	"session.renewed": { session: SessionHash; expires: number };
	"session.closed": {
		session: SessionHash;
		/** `restored`: the log is a backup, and the session may have ended since. */
		why: "loggedOut" | "expired" | "uninvited" | "banned" | "restored";
	};

	"login.requested": Claim & {
		/** The identity of the address without its `+tag`, if it has one. */
		person?: Identity;
		/** SHA-256 of the pending login's id. */
		pending: string;
		/** MAC of the email's domain. */
		domain: string;
		room: RoomName;
		invitation?: InvitationId;
		/** MAC of (pending, code). */
		code: string;
		expires: number;
		tries: number;
		resends: number;
	};
	"login.resent": { code: string; expires: number };
	/** The operator hands over another code, as when no mail goes out. */
	"login.handed": { code: string; expires: number };
	"login.failed": object;
	"login.expired": {
		why: "deadline" | "mailFailed" | "nameTaken" | "mayNotEnter";
	};
	/** This is where a name is claimed. A classic client has no session. */
	"login.succeeded": Claim & { person?: Identity; session?: SessionHash };

	"room.opened": {
		incarnation: string;
		/** Who entered first. The lobby has none: it is everyone's. */
		maker?: Identity;
		/** Absent if it is public. Who may enter a direct room never changes, but that people end it for themselves. */
		access?: "private" | "direct";
	};
	/** A person, as in `identity.banned`, may enter from now on. */
	"member.added": { identity: Identity; by: Identity };
	/** Their tabs leave by events of their own. */
	"member.removed": { identity: Identity; by: Identity };
	/** Its title is text beside the event. */
	"room.titled": Named & { digest: string };
	/** What the room is about. The topic is text beside the event; an empty one is none. */
	"topic.changed": { client: ClientId; digest: string };
	/** Another member has the rights of its maker from now on. */
	"room.handedOver": { to: Identity; by: Identity };
	/** Its members can read on, and nobody can say anything. */
	"room.closed": Named;
	/** Nobody used it any more. Another room may be opened under its name. */
	"room.forgotten": object;
	/** The log was restored: the room has another epoch from now on, while its offsets and its clients' numbers continue. */
	"room.restored": { incarnation: string };
	/** What is said there is erased after so many hours; never, if that is absent. */
	"retention.changed": { hours?: number };
	/** The session ended: the numbers of its clients' messages are forgotten. */
	"session.forgotten": { session: SessionHash };
	"client.entered": Claim & {
		session?: SessionHash;
		node: string;
		/** The identity of the address without its `+tag`, if it has one and the room is not public. */
		person?: Identity;
	};
	/** Its connection is lost; it may resume until the deadline. */
	"client.detached": { deadline: number };
	/** The server ended, and the connections of all clients with it. Those that have a session may resume until the deadline. */
	/** `only`: those that this node carried. A start on one machine has lost all of them. */
	"clients.detached": { node: string; deadline: number; only?: true };
	"client.resumed": { node: string };
	"client.left": {
		why:
			| "closed"
			| "silent"
			| "tooSlow"
			| "refused"
			| "restart"
			| "loggedOut"
			| "renamed"
			| "uninvited"
			| "kicked"
			| "banned"
			| "removed";
	};
	/** `identity` is a person, as in `identity.banned`, who may say nothing in the room. */
	"identity.muted": Sanction;
	"identity.unmuted": { identity: Identity; by: Identity };
	/** That person may not enter the room until then. Their tabs leave it by events of their own. */
	"identity.kicked": Sanction & { readonly until: number };
	"message.posted": {
		client: ClientId;
		/** The client's number for the message, counted from 1; absent if the client numbers none. */
		n?: number;
		/** The offset of the item that it answers, in the same epoch. Nothing else of that item is here. */
		replyTo?: number;
		digest: string;
	};
	/** Other words for a message of one's own. They are text beside the event. */
	"message.edited": {
		client: ClientId;
		/** The message's offset. */
		target: number;
		digest: string;
		/** The entries of the log that lose their text: the message, or the edit before. */
		seqs: readonly number[];
	};
	/** The emoji is text beside the event. */
	"message.reacted": { client: ClientId; target: number; digest: string };
	/** A reaction is taken back: the one whose item has this offset. */
	"message.unreacted": { client: ClientId; target: number; reaction: number };
	"message.pinned": Named & { target: number };
	"message.unpinned": Named & { target: number };
	/** A line from the operator, or an admin, under the name of the bot. */
	"notice.posted": { digest: string } & Administered;
	/** The text of one message is erased, or those of all that `author` posted from `from` up to `through`. */
	"message.erased": {
		/** The message's offset. */
		target?: number;
		author?: Identity;
		through?: number;
		/** The first offset that is erased: earlier messages under that name are another person's. Absent in older logs. */
		from?: number;
		/** The name under which the messages were posted. */
		name: string;
		by: Identity;
		/** `retention`: the room keeps nothing for so long. Notices are among it; their author is the bot. */
		as: "author" | "maker" | "admin" | "retention";
		/** The digest of a moderator's reason. */
		digest?: string;
		/** The entries of the log that lose their text. */
		seqs: readonly number[];
	};
}
