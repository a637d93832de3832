/** When the page takes a transition: what it makes of closings and refusals. */

import { CloseCode, LOBBY, MessageType } from "./message.ts";
import type { PageContext, PageEvent } from "./page-events.ts";
import type { Guard } from "./rules.ts";

/** The shared table's row for a close code; one it does not know (1006, say) is worth another try. */
export function closing(code: number): { reconnect: boolean; says: string } {
	const known = Object.values(CloseCode).find((close) => close.code === code);
	return known ?? { reconnect: true, says: "Offline." };
}

/** Milliseconds until the next try: doubles from a second to half a minute, half of it left to chance. */
export const backoffOf = ({
	attempt,
	jitter,
}: Pick<PageContext, "attempt" | "jitter">): number =>
	Math.min(30_000, 500 * 2 ** attempt) * (0.5 + jitter / 2);

/** What an event says went wrong, or went as it was wished. */
export function toldBy(
	event: PageEvent,
	{ parting }: PageContext,
): Partial<PageContext> {
	if ("trouble" in event) return { trouble: event.trouble };
	if (event.type !== "closed") return {};
	const isWished = event.code === CloseCode.loggedOut.code;
	const words = (isWished && parting) || closing(event.code).says;
	return { trouble: { about: "step", words, isWished } };
}

/** Close codes and rules after which the key is worth nothing. */
const ENDS: readonly (number | string)[] = [
	...[CloseCode.loggedOut.code, CloseCode.banned.code],
	...["sessionIsOpen", "loginIsPending"],
];
const ABOUT_ROOM = ["roomIsNamed", "roomsAreLeft"];
/** Rules that refuse a code and leave the login as it is: the same code may be right in a moment. */
const PASSING = ["diskHasSpace", "isNotTooFast", "tabsAreLeft", "roomsAreLeft"];

const ruleOf = (event: PageEvent) => ("rule" in event ? event.rule : "");
/** Whether a message of that type was refused. */
const isOf = (event: PageEvent, type: number) =>
	event.type === "refused" && event.re === type;

export const pageGuards = {
	hasSession: ({ context }) => context.key === "session",
	hasKey: ({ context }) => context.key !== "none",
	isWorthReturning: ({ context, event }) =>
		context.key !== "none" &&
		event.type === "closed" &&
		closing(event.code).reconnect,
	/** There is nothing, or nothing any more, to come back with. */
	endsKey: ({ context, event }) =>
		context.key !== "session" ||
		ENDS.includes("code" in event ? event.code : ruleOf(event)),
	isOfHello: ({ event }) => isOf(event, MessageType.hello),
	/** The answer to an open that was overtaken by the next; there may be none, if that was so at once. */
	isOvertaken: ({ context, event }) =>
		context.opens > 1 &&
		(event.type === "welcome"
			? (event.news.room ?? LOBBY) !== context.room
			: isOf(event, MessageType.open)),
	/** Of something that was said before going on to another room. */
	isOfBefore: ({ event }) => !isOf(event, MessageType.open),
	isAboutRoom: ({ context, event }) =>
		context.key === "session" &&
		context.room !== LOBBY &&
		ABOUT_ROOM.includes(ruleOf(event)),
	/** Of a login that is to lead to a room there can't be. */
	isOfBadRoom: ({ event }) =>
		isOf(event, MessageType.hello) && ABOUT_ROOM.includes(ruleOf(event)),
	keepsLogin: ({ event }) => PASSING.includes(ruleOf(event)),
	isForNow: ({ event }) => ruleOf(event) === "diskHasSpace",
	isInAlready: ({ event }) => ruleOf(event) === "isNotInside",
} satisfies Record<string, Guard<PageContext, PageEvent>>;
