/**
 * What a client should do about each rule that refuses it. PROTOCOL.md's table
 * of codes is made from this; a rule without advice does not compile.
 */
import type { Rule } from "../../src/engine/refusals.ts";

export const adviceWords = {
	change: "Show the words. The person must change what they entered.",
	later: "Send the same again, not before `retryAfter` if it is given.",
	askAgain: "Ask for a new code: hello.",
	logIn: "Forget the session. Ask the person to log in: hello.",
	enter: "Enter first: open or hello, then wait for the 7 of that room.",
	giveUp: "Show the words. The same again will be refused again.",
	renumber: "Send again from the number `expected` on.",
	wait: "Show the words. Wait for the end of what is under way.",
} as const;

export type Advice = keyof typeof adviceWords;

export const refusalAdvice = {
	nameIsLegal: "change",
	emailIsLegal: "change",
	isInvited: "giveUp",
	registrationIsOpen: "giveUp",
	nameIsTheirs: "change",
	namesAreLeft: "change",
	nameIsNotAnothers: "change",
	roomIsNamed: "change",
	roomsAreLeft: "giveUp",
	roomsMadeAreLeft: "giveUp",
	loginIsNotPending: "wait",
	resendIsDue: "later",
	resendsAreLeft: "giveUp",
	addressAllowance: "later",
	networkAllowance: "later",
	mailIsNotBusy: "later",
	mailWasSent: "later",
	sessionIsOpen: "logIn",
	isNotInside: "giveUp",
	loginIsPending: "askAgain",
	codeIsFresh: "askAgain",
	codeIsWhole: "change",
	codeIsRight: "change",
	triesAreLeft: "askAgain",
	isWhoAsked: "askAgain",
	tabsAreLeft: "giveUp",
	placeIsKnown: "giveUp",
	historyIsReadable: "giveUp",
	isTheirOwn: "giveUp",
	isNotErasing: "wait",
	hasSession: "logIn",
	isInside: "enter",
	isNextInOrder: "renumber",
	textIsNotEmpty: "change",
	textIsWellFormed: "change",
	textIsShort: "change",
	bytesAreLeft: "later",
	isNotTooFast: "later",
	frameIsUnderstood: "giveUp",
	diskHasSpace: "later",
} as const satisfies Record<Rule, Advice>;
