/**
 * The page: what one browser tab shows, from the empty form to the room, and
 * what becomes of its connection. What people say in the room passes through
 * in events and never enters the context. All that touches the world (socket,
 * focus, timeline) is a named action that does nothing here and that the page
 * provides. A socket exists from `connecting` until the form is shown again.
 */

import { assign, type SnapshotFrom, setup } from "xstate";
import { CloseCode, MessageType } from "./message.ts";

/** Characters in a login code. */
export const CODE_LENGTH = 6;

export interface Person {
	readonly name: string;
	readonly email: string;
}

/** A code that is on its way. Times are ms since 1970 by this browser's clock. */
export interface PendingLogin {
	readonly note: string;
	readonly tries: number;
	readonly expires: number;
	readonly resendAt: number;
}

/** What went wrong, in words; `step` is whatever the person was just doing. */
export interface Trouble {
	readonly about: "name" | "email" | "step";
	readonly words: string;
}

export interface PageContext extends Person, PendingLogin {
	readonly trouble: Trouble | undefined;
	/** This tab in the room, and the highest number the room has taken from it. */
	readonly client: string;
	readonly last: number;
	/** How often in a row the connection failed, and a random number from 0 to 1. */
	readonly attempt: number;
	readonly jitter: number;
}

/** What the server's frames amount to: `news` is what the page keeps of one. */
export type ServerEvent =
	| { type: "pending"; news: PendingLogin }
	| { type: "mayNotEnter"; trouble: Trouble }
	| { type: "wrongCode" }
	| {
			type: "refused";
			/** The type of the message that was refused. */
			re: number;
			trouble: Trouble;
			news: Partial<PendingLogin>;
	  }
	| { type: "accepted"; news: { name: string } }
	| { type: "welcome"; news: { client: string; last: number } }
	| { type: "echoed"; news: { last: number } };

export type PageEvent =
	| { type: "submit"; news: Person }
	| { type: "code"; code: string }
	| { type: "resend" }
	| { type: "say"; text: string }
	| { type: "retry" }
	| { type: "leave" }
	| { type: "opened" }
	| { type: "closed"; code: number; news: { jitter: number } }
	| ServerEvent;

/** The shared table's row for a close code; one it does not know (1006, say) is worth another try. */
function closing(code: number): { reconnect: boolean; says: string } {
	const known = Object.values(CloseCode).find((close) => close.code === code);
	return known ?? { reconnect: true, says: "Connection lost." };
}

const ofStep = (words: string): Trouble => ({ about: "step", words });

const complain = (words: string) =>
	({ type: "complain", params: ofStep(words) }) as const;

/** Whoever is not let in, or gives up, stands before the form again. */
const backToForm = <const A>(actions: A) =>
	({ target: "#page.entering", actions }) as const;

const unreachable = backToForm(complain("Plume cannot be reached. Try again."));
const unanswered = backToForm(complain("Plume did not answer. Try again."));
const wrong = complain("That code is not right.");
const loginAgain = backToForm(
	complain("You are connected again, but have to log in once more."),
);

const page = setup({
	types: {
		context: {} as PageContext,
		events: {} as PageEvent,
		input: {} as Person,
		tags: {} as "codeIsOut",
	},
	delays: {
		/** Until a connection that does not open is given up. */
		reach: 10_000,
		/** Until an answer is given up: a mail may wait a minute for its turn. */
		answer: 90_000,
		/** Doubles from a second to half a minute, half of it left to chance. */
		backoff: ({ context: { attempt, jitter } }) =>
			Math.min(30_000, 500 * 2 ** attempt) * (0.5 + jitter / 2),
	},
	guards: {
		isWorthReconnecting: ({ event }) =>
			event.type === "closed" && closing(event.code).reconnect,
		isOfHello: ({ event }) =>
			event.type === "refused" && event.re === MessageType.hello,
		isOfText: ({ event }) =>
			event.type === "refused" && event.re === MessageType.text,
		isInFlight: ({ context, event }) =>
			event.type === "echoed" && event.news.last === context.last + 1,
	},
	actions: {
		connect: () => {},
		disconnect: () => {},
		sendHello: () => {},
		sendCode: () => {},
		/** Sends the text under the number after `last`. */
		sendText: () => {},
		/** The text in flight is the room's now. */
		confirmText: () => {},
		/** What the room did not take goes back to its writer. */
		giveBackText: () => {},
		clearRoom: () => {},
		focusForm: () => {},
		focusCode: () => {},
		focusComposer: () => {},

		complain: assign((_, trouble: Trouble) => ({ trouble })),
		/** Passes on what the server itself says went wrong. */
		complainAsTold: assign(({ event }) => {
			if ("trouble" in event) return { trouble: event.trouble };
			if (event.type !== "closed") return {};
			return { trouble: ofStep(closing(event.code).says) };
		}),
		forgetTrouble: assign({ trouble: undefined }),
		forgetNote: assign({ note: "" }),
		learn: assign(({ event }) => ("news" in event ? event.news : {})),
		countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
		forgetAttempts: assign({ attempt: 0 }),
	},
});

export const pageMachine = page.createMachine({
	id: "page",
	context: ({ input }) => ({
		...{ ...input, trouble: undefined, client: "", last: 0 },
		...{ note: "", tries: 0, expires: 0, resendAt: 0 },
		...{ attempt: 0, jitter: 0 },
	}),
	initial: "entering",
	states: {
		entering: {
			entry: ["disconnect", "focusForm"],
			on: { submit: { target: "loggingIn", actions: "learn" } },
		},
		loggingIn: {
			entry: "forgetTrouble",
			on: {
				leave: backToForm("forgetTrouble"),
				mayNotEnter: backToForm("complainAsTold"),
				refused: backToForm("complainAsTold"),
				closed: backToForm("complainAsTold"),
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
					on: { pending: { target: "verifying", actions: "learn" } },
					after: { answer: unanswered },
				},
				verifying: {
					tags: "codeIsOut",
					entry: "focusCode",
					on: {
						// Its words only say again that the code was wrong.
						pending: { actions: ["learn", "forgetNote"] },
						code: "checking",
						resend: "resending",
					},
				},
				checking: {
					tags: "codeIsOut",
					entry: ["forgetTrouble", "sendCode"],
					on: {
						accepted: { target: "#page.chatting", actions: "learn" },
						wrongCode: { target: "verifying", actions: wrong },
					},
					after: { answer: unanswered },
				},
				resending: {
					tags: "codeIsOut",
					entry: ["forgetTrouble", "sendHello"],
					on: {
						pending: { target: "verifying", actions: "learn" },
						refused: {
							guard: "isOfHello",
							target: "verifying",
							actions: ["learn", "complainAsTold"],
						},
					},
					after: { answer: unanswered },
				},
			},
		},
		chatting: {
			entry: "forgetTrouble",
			on: {
				leave: backToForm("forgetTrouble"),
				closed: [
					{
						guard: "isWorthReconnecting",
						target: ".lost",
						actions: ["learn", "complainAsTold"],
					},
					backToForm("complainAsTold"),
				],
			},
			initial: "joining",
			states: {
				joining: {
					entry: "clearRoom",
					on: { welcome: { target: "online", actions: "learn" } },
				},
				online: {
					entry: ["forgetAttempts", "focusComposer"],
					exit: "giveBackText",
					on: { refused: { actions: "complainAsTold" } },
					initial: "ready",
					states: {
						ready: {
							on: { say: { target: "sending", actions: "sendText" } },
						},
						sending: {
							entry: "forgetTrouble",
							on: {
								echoed: {
									guard: "isInFlight",
									target: "ready",
									actions: ["learn", "confirmText"],
								},
								refused: {
									guard: "isOfText",
									target: "ready",
									actions: ["complainAsTold", "giveBackText"],
								},
							},
						},
					},
				},
				lost: {
					entry: "countAttempt",
					initial: "waiting",
					states: {
						waiting: { on: { retry: "trying" }, after: { backoff: "trying" } },
						trying: {
							entry: "connect",
							on: { opened: loginAgain },
							after: {
								reach: { target: "#page.chatting.lost", actions: "disconnect" },
							},
						},
					},
				},
			},
		},
	},
});

export type PageSnapshot = SnapshotFrom<typeof pageMachine>;
