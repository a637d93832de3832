/** What an operator or a moderator does: decided like a command, and answered in words. */
import { isRefusal, type Say } from "../languages/words.ts";
import type { Entry } from "../log/log.ts";
import type { View } from "./commands/decision.ts";
import { type Rule, refusalWords } from "./refusals.ts";

/** Why it was not done, in words. */
export class OperatorError extends Error {
	override readonly name = "OperatorError";
	/** The rule that it would break, if there is one. */
	readonly rule: Rule | undefined;

	constructor(words: string, rule?: Rule) {
		super(words);
		this.rule = rule;
	}

	/** The same in another language. */
	in(say: Say): string {
		const key = `refused.${this.rule}`;
		return isRefusal(key) ? say(key) : this.message;
	}
}

export interface Operation {
	readonly entries: readonly Entry[];
	/** Such as may be too many for one batch: each list of them is committed by itself. */
	readonly apart?: readonly (readonly Entry[])[];
	readonly says: readonly string[];
}

/** Throws `OperatorError`. */
export type Decide = (view: View) => Operation;

/** It can't be done, in these words or by this rule. */
export const cannot = (why: Rule | { readonly words: string }): never => {
	const rule = typeof why === "string" ? why : undefined;
	const words = typeof why === "string" ? refusalWords[why] : why.words;
	throw new OperatorError(words, rule);
};
