/**
 * The page machine: which screen one browser tab shows, and its connection.
 * The screen follows the key that the browser holds: without one the form is
 * shown, with a pending login the code field, with a session the room. A tab
 * with a key reconnects after a lost connection. Messages, codes and tokens
 * pass through in events and never enter the context. Every side effect is a
 * named action that is empty here and that the page provides.
 */

import { assign, type SnapshotFrom, setup } from "xstate";
import { LOBBY } from "./message.ts";
import type { PageContext, PageEvent, Person, Trouble } from "./page-events.ts";
import { doubtOf, pageDelays, pageGuards, troubleOf } from "./page-guards.ts";

const stepTrouble = (words: string): Trouble => ({ about: "step", words });
const setTrouble = (words: string) =>
	({ type: "setTrouble", params: stepTrouble(words) }) as const;

/** A transition with actions. */
const to = <const Target extends string, const Actions>(
	target: Target,
	actions: Actions,
) => ({ target, actions });

const backToForm = <const Actions>(actions: Actions) =>
	to("#page.entering", actions);

const failed = (words: string) => backToForm(setTrouble(words));

const unreachable = failed("Plume cannot be reached. Try again.");
const unanswered = failed("Plume did not answer. Try again.");
/** The server may not know of the logout; this browser forgets the key all the same. */
const logoutUnconfirmed = backToForm("doubtLogout");
const wrong = setTrouble("That code is not right.");
const RESENT = "Another code is on its way. It replaces the one before.";
/** An attempt that times out counts as failed. */
const timedOut = to("#page.returning.waiting", "disconnect");
const awaitCode = to("#page.loggingIn.verifying", [
	"applyUpdate",
	"savePending",
]);
const keepLogin = {
	guard: "keepsLogin",
	...to("#page.loggingIn.verifying", "showCause"),
} as const;
const loggedIn = to("#page.chatting", ["applyUpdate", "saveSession"]);
/** What was wrong with the room that is left says nothing of the next one. */
const changeRoom = ["applyUpdate", "forgetTrouble", "changeRoom"] as const;
/** Opens another room on the same connection. */
const move = to("#page.returning.opening", changeRoom);
/** Opens another room, where this one could not be opened. */
const moveAnew = to("#page.returning", changeRoom);
/** Opens the lobby instead, on a new connection: on this one the server may still count the tab as in the lobby. */
const fallBackToLobby = to("#page.returning.trying", [
	"disconnect",
	"forgetRoom",
	"explainLobby",
	"fallBackToLobby",
	"changeRoom",
]);
/** Reconnects, because the server still counts this connection as in the room that was left a moment ago. */
const reconnect = to("#page.returning.trying", "disconnect");
const overtaken = { guard: "isOvertaken", actions: "countOpenAnswer" } as const;
const turnedAway = [
	{ guard: "endsKey", ...backToForm("showCause") },
	to("#page.stopped", ["applyUpdate", "showCause"]),
] as const;

const page = setup({
	types: {
		context: {} as PageContext,
		events: {} as PageEvent,
		input: {} as Person &
			Pick<PageContext, "key" | "room"> &
			Partial<Pick<PageContext, "farewell">>,
	},
	delays: pageDelays,
	guards: pageGuards,
	actions: {
		connect: () => {},
		disconnect: () => {},
		sendHello: () => {},
		sendCode: () => {},
		sendOpen: () => {},
		sendLogout: () => {},
		sendEraseAll: () => {},
		/** Shows the room: its messages, its draft, its address. */
		changeRoom: () => {},
		/** Drops the room, which could not be opened, from those of this browser. */
		forgetRoom: () => {},
		/** Tells the person why they are in the lobby instead. */
		explainLobby: () => {},
		savePending: () => {},
		saveSession: () => {},
		/** Drops the key, and clears the screen for the next person. */
		showForm: () => {},
		/** The room is open: pending messages can be numbered and sent. */
		resumeSends: () => {},
		pauseSends: () => {},
		clearCode: () => {},
		focusCode: () => {},

		setTrouble: assign((_, trouble: Trouble) => ({ trouble })),
		/** Sets the trouble that the event itself reports. */
		showCause: assign(({ context, event }) => troubleOf(event, context)),
		forgetTrouble: assign({ trouble: undefined }),
		doubtLogout: assign(({ context, event }) => doubtOf(event, context)),
		forgetFarewell: assign({ farewell: "", isErased: false }),
		forgetNote: assign({ note: "" }),
		noteResend: assign(({ context }) => ({ note: context.note || RESENT })),
		forgetKey: assign({ key: "none" }),
		applyUpdate: assign(({ event }) => ("update" in event ? event.update : {})),
		countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
		fallBackToLobby: assign({ room: LOBBY }),
		forgetAttempts: assign({ attempt: 0 }),
		countOpen: assign({ opens: ({ context }) => context.opens + 1 }),
		countOpenAnswer: assign({ opens: ({ context }) => context.opens - 1 }),
		forgetOpens: assign({ opens: 0, waitMs: 0 }),
	},
});

export const pageMachine = page.createMachine({
	id: "page",
	context: ({ input }) => ({
		...{ farewell: "", isErased: false, ...input, trouble: undefined },
		...{ note: "", tries: 0, expires: 0, resendAt: 0, opens: 0 },
		...{ attempt: 0, jitter: 0, waitMs: 0 },
	}),
	initial: "starting",
	on: {
		leave: backToForm("forgetTrouble"),
		go: { actions: ["applyUpdate", "changeRoom"] },
		logout: logoutUnconfirmed,
		allErased: { actions: "applyUpdate" },
		closed: [
			{
				guard: "isWorthReturning",
				...to(".returning.waiting", ["applyUpdate", "showCause"]),
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
			exit: "forgetFarewell",
			on: { submit: to("loggingIn", "applyUpdate") },
		},
		loggingIn: {
			entry: "forgetTrouble",
			on: {
				// The login's `hello` already named the room.
				go: {},
				mayNotEnter: backToForm("showCause"),
				refused: [
					{
						guard: "refusesHelloRoom",
						...backToForm(["showCause", "fallBackToLobby", "changeRoom"]),
					},
					backToForm("showCause"),
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
					on: { pending: awaitCode },
					after: { answer: unanswered },
				},
				verifying: {
					entry: "focusCode",
					on: {
						// The note of this frame only repeats that the code was wrong.
						pending: { actions: ["applyUpdate", "forgetNote"] },
						code: "checking",
						resend: "resending",
						refused: keepLogin,
					},
				},
				checking: {
					entry: ["forgetTrouble", "sendCode"],
					on: {
						session: loggedIn,
						wrongCode: to("verifying", [wrong, "clearCode"]),
						refused: keepLogin,
					},
					after: { answer: unanswered },
				},
				resending: {
					entry: ["forgetTrouble", "forgetNote", "sendHello"],
					on: {
						pending: {
							...awaitCode,
							actions: [...awaitCode.actions, "noteResend"],
						},
						refused: {
							guard: "refusesHello",
							...to("verifying", ["applyUpdate", "showCause"]),
						},
					},
					after: { answer: unanswered },
				},
			},
		},
		/** Reconnecting with the key; the screen stays as it is. */
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
					after: { reach: timedOut },
				},
				opening: {
					entry: ["countOpen", "sendOpen"],
					on: {
						welcome: [
							overtaken,
							to("#page.chatting", ["applyUpdate", "resumeSends"]),
						],
						pending: awaitCode,
						// The first answer to the right code was lost.
						session: loggedIn,
						refused: [
							overtaken,
							{ guard: "isStaleRefusal" },
							{ guard: "refusesRoom", ...fallBackToLobby },
							{ guard: "isStillInside", ...reconnect },
							{
								guard: "isForNow",
								...to("waiting", ["disconnect", "showCause"]),
							},
							...turnedAway,
						],
						go: { guard: "hasSession", ...move, reenter: true },
					},
					after: { reach: timedOut },
				},
			},
		},
		chatting: {
			entry: ["forgetTrouble", "forgetAttempts", "forgetOpens"],
			exit: "pauseSends",
			on: {
				welcome: { actions: ["applyUpdate", "resumeSends"] },
				refused: { actions: "showCause" },
				accepted: { actions: "forgetTrouble" },
				// What is being deleted is not gone yet.
				logout: to("leaving", "forgetFarewell"),
				// Another tab was told first that the session is over.
				leave: { guard: "isErasing", target: "leaving" },
				eraseAll: { actions: ["applyUpdate", "sendEraseAll"] },
				go: move,
			},
		},
		/** The server closes the connection when it has ended the session. */
		leaving: {
			entry: "sendLogout",
			on: {
				go: {},
				closed: [
					{ guard: "endsKey", ...backToForm("showCause") },
					logoutUnconfirmed,
				],
			},
			after: { reach: logoutUnconfirmed },
		},
		/** The server turned the tab away, but the key is good: only the person may retry, unless it is for a time. */
		stopped: {
			entry: "disconnect",
			after: { pardon: { guard: "isKick", target: "returning" } },
			on: {
				retry: "returning",
				go: { guard: "hasSession", ...moveAnew },
			},
		},
	},
});

export type PageSnapshot = SnapshotFrom<typeof pageMachine>;
