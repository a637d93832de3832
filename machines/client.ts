/**
 * The lifecycle of one Client, which is one browser tab: it asks for a code,
 * proves that it has it, is in a room, and leaves. The machine reads no clock:
 * it compares the times of events, and a code that expires unused is an event.
 */
import { and, assign, setup } from "xstate";
import type { ClientEvent, PlumeEvent } from "./events.ts";
import { changing, firstBroken, type Guard, ruledBy } from "./rules.ts";

export type ClientContext = Omit<
	PlumeEvent<"login.requested">,
	"type" | "time" | "client"
> & { readonly id: string };

const anonymous: ClientContext = {
	id: "",
	pending: "",
	code: "",
	identity: "",
	domain: "",
	nameKey: "",
	name: "",
	room: "",
	tries: 0,
	resends: 0,
	expires: 0,
};

export const clientGuards = {
	codeIsFresh: ({ context, event }) => event.time < context.expires,
	resendsAreLeft: ({ context }) => context.resends > 0,
	isLastTry: ({ context }) => context.tries <= 1,
	hasSession: ({ event }) =>
		event.type === "client.entered" && event.session !== undefined,
	isWhoAsked: ({ context, event }) =>
		(event.type === "login.succeeded" || event.type === "client.entered") &&
		event.identity === context.identity &&
		// A newcomer may choose a name only once they have the code.
		(context.nameKey === "" || event.nameKey === context.nameKey),
} satisfies Record<string, Guard<ClientContext, ClientEvent>>;

export const clientRules = {
	"login.resent": ["codeIsFresh", "resendsAreLeft"],
	"login.handed": ["codeIsFresh"],
	"login.succeeded": ["codeIsFresh", "isWhoAsked"],
} as const;

/** The first rule that an event would break. */
export const brokenClientRule = firstBroken(clientGuards, clientRules);

const ruled = ruledBy(clientRules, (names) => and(names));

const on = changing<ClientContext, ClientEvent>();

export const clientMachine = setup({
	types: {
		context: {} as ClientContext,
		events: {} as ClientEvent,
	},
	guards: clientGuards,
	actions: {
		rememberLogin: on("login.requested", (_, event) => {
			const { type: _type, time: _time, client, ...login } = event;
			return { id: client, ...login };
		}),
		rememberClaim: on("client.entered", (_, event) => {
			const { client: id, identity, nameKey, name, room } = event;
			return { id, identity, nameKey, name, room };
		}),
		takeName: on("login.succeeded", (_, { nameKey, name }) => ({
			...{ nameKey, name },
		})),
		/** It may be another room than was asked for. */
		rememberRoom: on("client.entered", (_, { room }) => ({ room })),
		replaceCode: on("login.resent", ({ resends }, { code, expires }) => ({
			code,
			expires,
			resends: resends - 1,
		})),
		takeCode: on("login.handed", (_, { code, expires }) => ({ code, expires })),
		countTry: assign({ tries: ({ context }) => context.tries - 1 }),
		forgetCode: assign({ code: "", pending: "", tries: 0, resends: 0 }),
	},
}).createMachine({
	id: "client",
	context: anonymous,
	initial: "anonymous",
	states: {
		anonymous: {
			on: {
				"login.requested": { target: "awaitingCode", actions: "rememberLogin" },
				"client.entered": {
					guard: "hasSession",
					target: "inRoom",
					actions: "rememberClaim",
				},
			},
		},
		awaitingCode: {
			on: {
				"login.resent": ruled("login.resent", "replaceCode"),
				"login.handed": ruled("login.handed", "takeCode"),
				"login.failed": [
					{ guard: "isLastTry", target: "left", actions: "forgetCode" },
					{ actions: "countTry" },
				],
				"login.expired": { target: "left", actions: "forgetCode" },
				"login.succeeded": {
					target: "entering",
					...ruled("login.succeeded", ["takeName", "forgetCode"]),
				},
			},
		},
		entering: {
			on: {
				"client.entered": {
					guard: "isWhoAsked",
					target: "inRoom",
					actions: "rememberRoom",
				},
			},
		},
		inRoom: {
			initial: "attached",
			on: { "client.left": { target: "left" } },
			states: {
				attached: {
					on: {
						"client.detached": { target: "detached" },
						"clients.detached": { target: "detached" },
						// Another connection takes over.
						"client.resumed": { target: "attached" },
					},
				},
				detached: {
					on: {
						"clients.detached": { target: "detached" },
						"client.resumed": { target: "attached" },
					},
				},
			},
		},
		left: { type: "final" },
	},
});
