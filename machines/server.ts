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
	NameKey,
	ServerEvent,
	SessionHash,
} from "./events.ts";
import type { Guard } from "./rules.ts";

export interface Owner {
	readonly identity: Identity;
	/** The identity of the address without its `+tag`, if it has one. */
	readonly person?: Identity;
	/** As it was last written. */
	readonly name: string;
	/** Milliseconds since 1970. */
	readonly lastUsed: number;
}

export interface Session extends Claim {
	/** MAC of the email's domain. */
	readonly domain: string;
	/** Milliseconds since 1970. */
	readonly expires: number;
}

export interface ServerContext {
	readonly sessions: PersistentMap<SessionHash, Session>;
	readonly names: PersistentMap<NameKey, Owner>;
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
		event.type === "name.released" && context.names.has(event.nameKey),
} satisfies Record<string, Guard<ServerContext, ServerEvent>>;

export const serverRules = {
	"login.succeeded": ["nameIsTheirs"],
	"name.released": ["nameIsClaimed"],
	"session.renewed": ["sessionIsOpen"],
	"session.closed": ["sessionIsKnown"],
} as const;

export const serverMachine = setup({
	types: {
		context: {} as ServerContext,
		events: {} as ServerEvent,
		input: {} as { readonly bot: Claim },
	},
	guards: serverGuards,
	actions: {
		claimName: assign(({ context, event }) =>
			event.type === "login.succeeded"
				? {
						names: context.names.set(event.nameKey, {
							identity: event.identity,
							...(event.person && { person: event.person }),
							name: event.name,
							lastUsed: event.time,
						}),
					}
				: {},
		),
		openSession: assign(({ context, event }) => {
			if (event.type !== "session.opened") return {};
			const { type: _type, time: _time, session, ...rest } = event;
			return { sessions: context.sessions.set(session, rest) };
		}),
		renewSession: assign(({ context, event }) => {
			if (event.type !== "session.renewed") return {};
			const { session: hash, expires } = event;
			const session = context.sessions.get(hash);
			if (!session) return {};
			const owner = context.names.get(session.nameKey);
			const used = owner?.identity === session.identity && {
				...owner,
				lastUsed: event.time,
			};
			return {
				sessions: context.sessions.set(hash, { ...session, expires }),
				names: used ? context.names.set(session.nameKey, used) : context.names,
			};
		}),
		closeSession: assign(({ context, event }) =>
			event.type === "session.closed"
				? { sessions: context.sessions.delete(event.session) }
				: {},
		),
		rememberCheckpoint: assign(({ event }) =>
			event.type === "checkpoint" ? { checkpoint: event.stateHash } : {},
		),
		releaseName: assign(({ context, event }) =>
			event.type === "name.released"
				? { names: context.names.delete(event.nameKey) }
				: {},
		),
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
				"login.succeeded": {
					guard: and(serverRules["login.succeeded"]),
					actions: "claimName",
				},
				"session.opened": { actions: "openSession" },
				"session.renewed": {
					guard: and(serverRules["session.renewed"]),
					actions: "renewSession",
				},
				"session.closed": {
					guard: and(serverRules["session.closed"]),
					actions: "closeSession",
				},
				"name.released": {
					guard: and(serverRules["name.released"]),
					actions: "releaseName",
				},
			},
		},
	},
});
