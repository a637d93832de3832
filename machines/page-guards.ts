/** The page machine's guards and delays: how it judges close codes and refusals, and how long it waits. */

import { CloseCode, LOBBY, MessageType } from "./message.ts";
import type { PageContext, PageEvent, Trouble } from "./page-events.ts";
import type { Guard } from "./rules.ts";

/** Milliseconds until a kick is over. A server that does not say when is asked each 10 s; a timer holds 24 days. */
export const pardonOf = ({ waitMs }: PageContext): number =>
	Math.min(2 ** 31 - 1, Math.max(10_000, waitMs));

/** The row for a close code. An unknown code, such as 1006, is worth another try. */
export function closeReason(code: number) {
	const known = Object.values(CloseCode).find((close) => close.code === code);
	return known ?? { reconnect: true, says: "Offline." };
}

/** Milliseconds until the next try: doubles from 1 s to 30 s, and up to half of it is jitter. */
export const backoffOf = ({ attempt, jitter }: PageContext): number =>
	Math.min(30_000, 500 * 2 ** attempt) * (0.5 + jitter / 2);

interface Delayed {
	readonly context: PageContext;
}

export const pageDelays = {
	/** How long a connection may take to open. */
	reach: 10_000,
	/** How long an answer may take: a mail can be queued for a minute. */
	answer: 90_000,
	backoff: ({ context }: Delayed) => backoffOf(context),
	pardon: ({ context }: Delayed) => pardonOf(context),
};

const ruleOf = (event: PageEvent) => ("rule" in event ? event.rule : "");

/** Whether the event refuses a message of that type. */
const refuses = (event: PageEvent, type: number) =>
	event.type === "refused" && event.re === type;

/** The id of what asks to erase all. A message is erased without one. */
export const ERASE_ALL = "all";

/** The trouble that an event reports, if any, to merge into the context. */
export function troubleOf(
	event: PageEvent,
	{ farewell, isErased, trouble }: PageContext,
): Partial<PageContext> {
	// The words that came with a kick say more than a refusal after it: why, and for how long.
	if (ruleOf(event) === "isNotKicked" && trouble?.isKick) return {};
	// The bar says so already.
	if (farewell && ruleOf(event) === "isNotErasing") return {};
	if ("trouble" in event) {
		const { trouble } = event;
		const erasesNoMore = "id" in event && event.id === ERASE_ALL;
		return erasesNoMore
			? { trouble, farewell: "", isErased: false }
			: { trouble };
	}
	if (event.type !== "closed") return {};
	const isKick = event.code === CloseCode.kicked.code;
	const isExpected = event.code === CloseCode.loggedOut.code;
	// A proxy has reasons, too, but not for our own codes.
	const own = event.code >= 4000 ? event.words : "";
	const end = isExpected && isErased ? farewell : "";
	const words = end || own || closeReason(event.code).says;
	return { trouble: { about: "step", words, isExpected, isKick } };
}

const UNCONFIRMED =
	"You are logged out in this browser. Plume did not hear of it: where else you are logged in, you still may be.";

/** What to say where the server did not confirm a logout. Who erases all asked for none: another tab was told that the session is over. */
export function doubtOf(event: PageEvent, { farewell }: PageContext) {
	const isAsked = farewell === "" || event.type === "logout";
	const trouble: Trouble = { about: "step", words: UNCONFIRMED };
	return { trouble: isAsked ? trouble : undefined };
}

/** Close codes and rules that make the key useless. */
const ENDS: readonly (number | string)[] = [
	...[CloseCode.loggedOut.code, CloseCode.banned.code],
	...["sessionIsOpen", "loginIsPending", "isNotBanned"],
];
const ABOUT_ROOM = [
	...["roomIsNamed", "roomsAreLeft", "roomsMadeAreLeft", "isOpenToThem"],
];
/** Rules by which the same is refused for a short time. */
const SHORT = [
	...["diskHasSpace", "sequencerIsThere", "nodesAreAlike", "isNotTooFast"],
];
/** Rules that refuse a code for now: the same code may be accepted later. */
const TRANSIENT = [...SHORT, "tabsAreLeft", "roomsAreLeft", "roomsMadeAreLeft"];

export const pageGuards = {
	hasSession: ({ context }) => context.key === "session",
	hasKey: ({ context }) => context.key !== "none",
	isErasing: ({ context }) => context.farewell !== "",
	isWorthReturning: ({ context, event }) =>
		context.key !== "none" &&
		event.type === "closed" &&
		closeReason(event.code).reconnect,
	isKick: ({ context }) => context.trouble?.isKick === true,
	/** There is no session to come back with, or it has just ended. */
	endsKey: ({ context, event }) =>
		context.key !== "session" ||
		ENDS.includes("code" in event ? event.code : ruleOf(event)),
	refusesHello: ({ event }) => refuses(event, MessageType.hello),
	/** Answers an `open` that a later one overtook. The server may leave such an `open` unanswered. */
	isOvertaken: ({ context, event }) =>
		context.opens > 1 &&
		(event.type === "welcome"
			? (event.update.room ?? LOBBY) !== context.room
			: refuses(event, MessageType.open)),
	/** Refuses something sent before the room was changed. */
	isStaleRefusal: ({ event }) => !refuses(event, MessageType.open),
	refusesRoom: ({ context, event }) =>
		context.key === "session" &&
		context.room !== LOBBY &&
		ABOUT_ROOM.includes(ruleOf(event)),
	/** Refuses a login because of the room it leads to. */
	refusesHelloRoom: ({ event }) =>
		refuses(event, MessageType.hello) && ABOUT_ROOM.includes(ruleOf(event)),
	/** The code is good; perhaps with a name, or another one. */
	keepsLogin: ({ event }) =>
		TRANSIENT.includes(ruleOf(event)) ||
		(refuses(event, MessageType.auth) && ruleOf(event).startsWith("name")),
	isForNow: ({ event }) => SHORT.includes(ruleOf(event)),
	isStillInside: ({ event }) => ruleOf(event) === "isNotInside",
} satisfies Record<string, Guard<PageContext, PageEvent>>;
