/**
 * The page: what one browser tab shows, and what becomes of its connection.
 * The screen follows the key the browser holds: none shows the form, a pending
 * login the code field, a session the room. With a key, a lost connection is
 * taken up where it was. What people say, codes and keys themselves pass
 * through in events and never enter the context. All that touches the world
 * is a named action that does nothing here and that the page provides.
 */

import { assign, type SnapshotFrom, setup } from "xstate";
import { LOBBY } from "./message.ts";
import type {
	Key,
	PageContext,
	PageEvent,
	Person,
	Trouble,
} from "./page-events.ts";
import { backoffOf, pageGuards, toldBy } from "./page-guards.ts";

const ofStep = (words: string): Trouble => ({ about: "step", words });
const complain = (words: string) =>
	({ type: "complain", params: ofStep(words) }) as const;

/** A transition to a state, and what is done on the way. */
const to = <const Target extends string, const Actions>(
	target: Target,
	actions: Actions,
) => ({ target, actions });

/** Whoever is not let in, or gives up, stands before the form again. */
const backToForm = <const Actions>(actions: Actions) =>
	to("#page.entering", actions);

const unreachable = backToForm(complain("Plume cannot be reached. Try again."));
const unanswered = backToForm(complain("Plume did not answer. Try again."));
/** This browser forgets the key all the same. */
const unheard = backToForm(
	complain(
		"You are logged out in this browser. Plume did not hear of it: where else you are logged in, you still may be.",
	),
);
const wrong = complain("That code is not right.");
/** An attempt that hangs counts as failed. */
const hung = to("#page.returning.waiting", "disconnect");
const asked = to("#page.loggingIn.verifying", ["learn", "keepPending"]);
const stillAsked = {
	guard: "keepsLogin",
	...to("#page.loggingIn.verifying", "complainAsTold"),
} as const;
const loggedIn = to("#page.chatting", ["learn", "keepSession"]);
/** On the same connection, to another room. */
const move = to("#page.returning.opening", ["learn", "changeRoom"]);
/** On another connection: on this one the place in the lobby may be taken still. */
const turnBack = to("#page.returning.trying", [
	"disconnect",
	"turnBack",
	"changeRoom",
	"explain",
]);
/** The place that was left in a hurry is not free yet on this connection. */
const again = to("#page.returning.trying", "disconnect");
const overtaken = { guard: "isOvertaken", actions: "countAnswer" } as const;
const turnedAway = [
	{ guard: "endsKey", ...backToForm("complainAsTold") },
	to("#page.stopped", "complainAsTold"),
] as const;

const page = setup({
	types: {
		context: {} as PageContext,
		events: {} as PageEvent,
		input: {} as Person & { readonly key: Key; readonly room: string },
	},
	delays: {
		/** Until a connection that does not open is given up. */
		reach: 10_000,
		/** Until an answer is given up: a mail may wait a minute for its turn. */
		answer: 90_000,
		backoff: ({ context }) => backoffOf(context),
	},
	guards: pageGuards,
	actions: {
		connect: () => {},
		disconnect: () => {},
		sendHello: () => {},
		sendCode: () => {},
		/** Comes back with the key. */
		sendOpen: () => {},
		sendLogout: () => {},
		sendEraseAll: () => {},
		/** Shows the room that was gone to: its lines, its draft, its address. */
		changeRoom: () => {},
		/** Says why it is the lobby that one came to. */
		explain: () => {},
		keepPending: () => {},
		keepSession: () => {},
		/** Lets go of the key, and leaves nothing of one person on the screen for the next. */
		showForm: () => {},
		/** The room has a number for what waits to be said. */
		sendLines: () => {},
		holdLines: () => {},
		clearCode: () => {},
		focusCode: () => {},

		complain: assign((_, trouble: Trouble) => ({ trouble })),
		/** Passes on what the server itself says went wrong. */
		complainAsTold: assign(({ context, event }) => toldBy(event, context)),
		forgetTrouble: assign({ trouble: undefined }),
		forgetParting: assign({ parting: "" }),
		forgetNote: assign({ note: "" }),
		forgetKey: assign({ key: "none" }),
		learn: assign(({ event }) => ("news" in event ? event.news : {})),
		countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
		turnBack: assign({ room: LOBBY }),
		forgetAttempts: assign({ attempt: 0 }),
		countOpen: assign({ opens: ({ context }) => context.opens + 1 }),
		countAnswer: assign({ opens: ({ context }) => context.opens - 1 }),
		forgetOpens: assign({ opens: 0 }),
	},
});

export const pageMachine = page.createMachine({
	id: "page",
	context: ({ input }) => ({
		...{ ...input, trouble: undefined, attempt: 0, jitter: 0 },
		...{ note: "", tries: 0, expires: 0, resendAt: 0, opens: 0, parting: "" },
	}),
	initial: "starting",
	on: {
		leave: backToForm("forgetTrouble"),
		go: { actions: ["learn", "changeRoom"] },
		logout: unheard,
		closed: [
			{
				guard: "isWorthReturning",
				...to(".returning.waiting", ["learn", "complainAsTold"]),
			},
			...turnedAway,
		],
	},
	states: {
		starting: {
			always: [
				{ guard: "hasKey", target: "returning" },
				{ target: "entering" },
			],
		},
		entering: {
			entry: ["disconnect", "showForm", "forgetKey"],
			exit: "forgetParting",
			on: { submit: to("loggingIn", "learn") },
		},
		loggingIn: {
			entry: "forgetTrouble",
			on: {
				// Where a login leads to was said when it began.
				go: {},
				mayNotEnter: backToForm("complainAsTold"),
				refused: [
					{
						guard: "isOfBadRoom",
						...backToForm(["complainAsTold", "turnBack", "changeRoom"]),
					},
					backToForm("complainAsTold"),
				],
			},
			initial: "connecting",
			states: {
				connecting: {
					entry: "connect",
					on: { opened: "asking", closed: unreachable },
					after: { reach: unreachable },
				},
				asking: {
					entry: "sendHello",
					on: { pending: asked },
					after: { answer: unanswered },
				},
				verifying: {
					entry: "focusCode",
					on: {
						// Its words only say again that the code was wrong.
						pending: { actions: ["learn", "forgetNote"] },
						code: "checking",
						resend: "resending",
						refused: stillAsked,
					},
				},
				checking: {
					entry: ["forgetTrouble", "sendCode"],
					on: {
						session: loggedIn,
						wrongCode: to("verifying", [wrong, "clearCode"]),
						refused: stillAsked,
					},
					after: { answer: unanswered },
				},
				resending: {
					entry: ["forgetTrouble", "sendHello"],
					on: {
						pending: asked,
						refused: {
							guard: "isOfHello",
							...to("verifying", ["learn", "complainAsTold"]),
						},
					},
					after: { answer: unanswered },
				},
			},
		},
		/** On the way back in with the key, behind a screen that stays as it is. */
		returning: {
			initial: "trying",
			states: {
				waiting: {
					entry: "countAttempt",
					on: { retry: "trying" },
					after: { backoff: "trying" },
				},
				trying: {
					entry: ["forgetOpens", "connect"],
					on: { opened: "opening" },
					after: { reach: hung },
				},
				opening: {
					entry: ["countOpen", "sendOpen"],
					on: {
						welcome: [overtaken, to("#page.chatting", ["learn", "sendLines"])],
						pending: asked,
						// The answer to the right code was lost: this is another.
						session: loggedIn,
						refused: [
							overtaken,
							{ guard: "isOfBefore" },
							{ guard: "isAboutRoom", ...turnBack },
							{ guard: "isInAlready", ...again },
							{
								guard: "isForNow",
								...to("waiting", ["disconnect", "complainAsTold"]),
							},
							...turnedAway,
						],
						go: { guard: "hasSession", ...move, reenter: true },
					},
					after: { reach: hung },
				},
			},
		},
		chatting: {
			entry: ["forgetTrouble", "forgetAttempts", "forgetOpens"],
			exit: "holdLines",
			on: {
				welcome: { actions: ["learn", "sendLines"] },
				refused: { actions: "complainAsTold" },
				taken: { actions: "forgetTrouble" },
				logout: "leaving",
				eraseAll: { actions: ["learn", "sendEraseAll"] },
				go: move,
			},
		},
		/** The server ends the connection once the session is. */
		leaving: {
			entry: "sendLogout",
			on: {
				go: {},
				closed: [
					{ guard: "endsKey", ...backToForm("complainAsTold") },
					unheard,
				],
			},
			after: { reach: unheard },
		},
		/** Told to stay away, the key still good: only the person may try again. */
		stopped: { entry: "disconnect", on: { retry: "returning" } },
	},
});

export type PageSnapshot = SnapshotFrom<typeof pageMachine>;
