/**
 * The Server: whether it runs, who owns each name, and which sessions are
 * open. A name is claimed for the whole server by the first login that proves
 * an email; the bot owns `plumebot` from the beginning.
 */
import { Map as PersistentMap } from "immutable";
import { and, assign, setup } from "xstate";
import type {
	Claim,
	Identity,
	InvitationId,
	NameKey,
	PlumeEvent,
	ServerEvent,
	SessionHash,
} from "./events.ts";
import {
	changing,
	firstBroken,
	type Guard,
	ruledBy,
	type Sanction,
	sanctioned,
	sanctionedUntil,
} from "./rules.ts";

export interface Owner {
	readonly identity: Identity;
	/** The identity of the address without its `+tag`, if it has one. */
	readonly person?: Identity;
	/** The name as its owner last wrote it. */
	readonly name: string;
	/** Milliseconds since 1970. */
	readonly lastUsed: number;
}

export interface Session extends Claim {
	/** MAC of the email's domain. */
	readonly domain: string;
	/** Milliseconds since 1970. */
	readonly expires: number;
	/** When its owner typed a code. Absent in older logs. */
	readonly since?: number;
}

export type Invitation = Omit<
	PlumeEvent<"invitation.made">,
	"type" | "invitation" | "time"
>;

export type Report = Omit<PlumeEvent<"message.reported">, "type" | "report">;

export interface ServerContext {
	readonly sessions: PersistentMap<SessionHash, Session>;
	readonly names: PersistentMap<NameKey, Owner>;
	/** These have no key until there is one. Keys are persons: see `identity.banned`. */
	readonly bans?: PersistentMap<Identity, Sanction> | undefined;
	/** Whom each person has blocked. */
	readonly blocks?: PersistentMap<Identity, readonly Identity[]> | undefined;
	/** The reports that no admin has dealt with. */
	readonly reports?: PersistentMap<string, Report> | undefined;
	/** The invitations that are not used up. */
	readonly invitations?: PersistentMap<InvitationId, Invitation> | undefined;
	/** Who came by an invitation, as persons, and when. */
	readonly guests?: PersistentMap<Identity, number> | undefined;
	/** Present while only people who own a name are let in. */
	readonly registration?: "closed" | undefined;
	/** The state hash of the latest checkpoint. */
	readonly checkpoint?: string;
}

export const serverGuards = {
	nameIsTheirs: ({ context, event }) =>
		event.type === "login.succeeded" &&
		(context.names.get(event.nameKey)?.identity ?? event.identity) ===
			event.identity,
	sessionIsOpen: ({ context, event }) => {
		if (!("session" in event) || event.session === undefined) return false;
		const session = context.sessions.get(event.session);
		return session !== undefined && event.time < session.expires;
	},
	sessionIsKnown: ({ context, event }) =>
		event.type === "session.closed" && context.sessions.has(event.session),
	nameIsClaimed: ({ context, event }) =>
		"nameKey" in event && context.names.has(event.nameKey),
	isNotBanned: ({ context, event }) =>
		event.type === "login.succeeded" &&
		sanctionedUntil(
			context.bans,
			event.person ?? event.identity,
			event.time,
		) === 0,
	isBanned: ({ context, event }) =>
		event.type === "identity.unbanned" &&
		context.bans?.has(event.identity) === true,
	reportIsOpen: ({ context, event }) =>
		event.type === "report.closed" &&
		context.reports?.has(event.report) === true,
	invitationIsOpen: ({ context, event }) => {
		if (event.type !== "invitation.spent") return false;
		const open = context.invitations?.get(event.invitation);
		const isTheirs = (open?.identity ?? event.identity) === event.identity;
		return open !== undefined && event.time < open.expires && isTheirs;
	},
	invitationIsKnown: ({ context, event }) =>
		event.type === "invitation.ended" &&
		context.invitations?.has(event.invitation) === true,
	newNameIsFree: ({ context: { names }, event }) => {
		if (event.type !== "name.renamed") return false;
		const other = names.get(event.to);
		return !other || other.identity === names.get(event.nameKey)?.identity;
	},
} satisfies Record<string, Guard<ServerContext, ServerEvent>>;

export const serverRules = {
	"login.succeeded": ["nameIsTheirs", "isNotBanned"],
	"identity.unbanned": ["isBanned"],
	"report.closed": ["reportIsOpen"],
	"invitation.spent": ["invitationIsOpen"],
	"invitation.ended": ["invitationIsKnown"],
	"name.released": ["nameIsClaimed"],
	"name.renamed": ["nameIsClaimed", "newNameIsFree"],
	"session.renewed": ["sessionIsOpen"],
	"session.closed": ["sessionIsKnown"],
} as const;

/** The first rule that an event would break. */
export const brokenServerRule = firstBroken(serverGuards, serverRules);

const ruled = ruledBy(serverRules, (names) => and(names));

const on = changing<ServerContext, ServerEvent>();

export const serverMachine = setup({
	types: {
		context: {} as ServerContext,
		events: {} as ServerEvent,
		input: {} as { readonly bot: Claim },
	},
	guards: serverGuards,
	actions: {
		claimName: on("login.succeeded", ({ names }, event) => {
			const { identity, person, name, nameKey, time } = event;
			const owner = { identity, ...(person && { person }), name };
			return { names: names.set(nameKey, { ...owner, lastUsed: time }) };
		}),
		openSession: on("session.opened", ({ sessions }, event) => {
			const { type: _type, time: _time, session, ...rest } = event;
			return { sessions: sessions.set(session, rest) };
		}),
		renewSession: on("session.renewed", ({ sessions, names }, event) => {
			const { session: hash, expires, time } = event;
			const session = sessions.get(hash);
			if (!session) return {};
			const owner = names.get(session.nameKey);
			const used = owner?.identity === session.identity && {
				...owner,
				lastUsed: time,
			};
			return {
				sessions: sessions.set(hash, { ...session, expires }),
				names: used ? names.set(session.nameKey, used) : names,
			};
		}),
		closeSession: on("session.closed", ({ sessions }, { session }) => ({
			sessions: sessions.delete(session),
		})),
		rememberCheckpoint: on("checkpoint", (_, { stateHash }) => ({
			checkpoint: stateHash,
		})),
		releaseName: on("name.released", ({ names }, { nameKey }) => ({
			names: names.delete(nameKey),
		})),
		renameOwner: on("name.renamed", ({ names, sessions }, event) => {
			const { nameKey, to, name, stays, time } = event;
			const owner = names.get(nameKey);
			if (!owner) return {};
			const lastUsed = stays ? time : owner.lastUsed;
			const others = stays ? names : names.delete(nameKey);
			return {
				names: others.set(to, { ...owner, name, lastUsed }),
				sessions: sessions.map((session) =>
					session.nameKey === nameKey && session.identity === owner.identity
						? { ...session, nameKey: to, name }
						: session,
				),
			};
		}),
		ban: on("identity.banned", ({ bans }, event) => ({
			bans: sanctioned(bans, event),
		})),
		unban: on("identity.unbanned", ({ bans }, { identity }) => ({
			...(bans && { bans: bans.delete(identity) }),
		})),
		block: on("identity.blocked", (context, { by, identity }) => {
			const { blocks = PersistentMap() } = context;
			const others = (blocks.get(by) ?? []).filter((one) => one !== identity);
			return { blocks: blocks.set(by, [...others, identity]) };
		}),
		unblock: on("identity.unblocked", ({ blocks }, { by, identity }) => {
			const others = blocks?.get(by)?.filter((one) => one !== identity);
			return blocks && others ? { blocks: blocks.set(by, others) } : {};
		}),
		queueReport: on("message.reported", (context, event) => {
			const { reports = PersistentMap() } = context;
			const { type: _type, report, ...rest } = event;
			return { reports: reports.set(report, rest) };
		}),
		closeReport: on("report.closed", ({ reports }, { report }) => ({
			...(reports && { reports: reports.delete(report) }),
		})),
		addInvitation: on("invitation.made", (context, event) => {
			const { invitations = PersistentMap() } = context;
			const { type: _type, time: _time, invitation, ...rest } = event;
			return { invitations: invitations.set(invitation, rest) };
		}),
		spendInvitation: on("invitation.spent", (context, event) => {
			const { invitations, guests = PersistentMap() } = context;
			const { invitation, identity, time } = event;
			const open = invitations?.get(invitation);
			if (!invitations || !open) return {};
			const uses = open.uses - 1;
			return {
				guests: guests.set(identity, time),
				invitations:
					uses > 0
						? invitations.set(invitation, { ...open, uses })
						: invitations.delete(invitation),
			};
		}),
		endInvitation: on("invitation.ended", ({ invitations }, event) => ({
			...(invitations && {
				invitations: invitations.delete(event.invitation),
			}),
		})),
		closeRegistration: assign({ registration: "closed" }),
		openRegistration: assign({ registration: undefined }),
	},
}).createMachine({
	id: "server",
	context: ({ input: { bot } }) => ({
		sessions: PersistentMap(),
		names: PersistentMap([
			[bot.nameKey, { identity: bot.identity, name: bot.name, lastUsed: 0 }],
		]),
	}),
	initial: "stopped",
	states: {
		stopped: {
			on: {
				"server.started": { target: "running" },
				"log.restored": { target: "stopped" },
				// A backup is put back.
				"session.closed": ruled("session.closed", "closeSession"),
			},
		},
		running: {
			on: {
				// After a crash.
				"server.started": { target: "running" },
				"server.stopped": { target: "stopped" },
				// The log is a backup made while the server ran.
				"log.restored": { target: "stopped" },
				checkpoint: { actions: "rememberCheckpoint" },
				"login.succeeded": ruled("login.succeeded", "claimName"),
				"session.opened": { actions: "openSession" },
				"session.renewed": ruled("session.renewed", "renewSession"),
				"session.closed": ruled("session.closed", "closeSession"),
				"name.released": ruled("name.released", "releaseName"),
				"name.renamed": ruled("name.renamed", "renameOwner"),
				"identity.banned": { actions: "ban" },
				"identity.unbanned": ruled("identity.unbanned", "unban"),
				"identity.blocked": { actions: "block" },
				"identity.unblocked": { actions: "unblock" },
				"message.reported": { actions: "queueReport" },
				"report.closed": ruled("report.closed", "closeReport"),
				"invitation.made": { actions: "addInvitation" },
				"invitation.spent": ruled("invitation.spent", "spendInvitation"),
				"invitation.ended": ruled("invitation.ended", "endInvitation"),
				"registration.closed": { actions: "closeRegistration" },
				"registration.opened": { actions: "openRegistration" },
			},
		},
	},
});
