/**
 * The Server, as far as it is state: whether it runs, and whose each name is.
 * A name is claimed for the whole server, at the first login that proves an
 * email; `plumebot` is claimed before anyone comes.
 */
import { Map as PersistentMap } from "immutable";
import { and, assign, setup } from "xstate";
import type { Claim, Identity, NameKey, ServerEvent } from "./events.ts";
import type { Guard } from "./rules.ts";

export interface Owner {
	readonly identity: Identity;
	/** As it was last written. */
	readonly name: string;
	/** Milliseconds since 1970. */
	readonly lastUsed: number;
}

export interface ServerContext {
	readonly names: PersistentMap<NameKey, Owner>;
}

export const serverGuards = {
	nameIsTheirs: ({ context, event }) =>
		event.type === "login.succeeded" &&
		(context.names.get(event.nameKey)?.identity ?? event.identity) ===
			event.identity,
	nameIsClaimed: ({ context, event }) =>
		event.type === "name.released" && context.names.has(event.nameKey),
} satisfies Record<string, Guard<ServerContext, ServerEvent>>;

export const serverRules = {
	"login.succeeded": ["nameIsTheirs"],
	"name.released": ["nameIsClaimed"],
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
							name: event.name,
							lastUsed: event.time,
						}),
					}
				: {},
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
		names: PersistentMap([
			[bot.nameKey, { identity: bot.identity, name: bot.name, lastUsed: 0 }],
		]),
	}),
	initial: "stopped",
	states: {
		stopped: {
			on: { "server.started": { target: "running" } },
		},
		running: {
			on: {
				// A start after a start: the one before ended in a crash.
				"server.started": { target: "running" },
				"server.stopped": { target: "stopped" },
				"login.succeeded": {
					guard: and(serverRules["login.succeeded"]),
					actions: "claimName",
				},
				"name.released": {
					guard: and(serverRules["name.released"]),
					actions: "releaseName",
				},
			},
		},
	},
});
