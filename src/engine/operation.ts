/** What an operator or a moderator does: decided like a command, and answered in words. */
import type { Entry } from "../log/log.ts";
import type { View } from "./commands/decision.ts";
import { type Rule, refusalWords } from "./refusals.ts";

/** Why it was not done, in words. */
export class OperatorError extends Error {
	override readonly name = "OperatorError";
}

export interface Operation {
	readonly entries: readonly Entry[];
	readonly says: readonly string[];
}

/** Throws `OperatorError`. */
export type Decide = (view: View) => Operation;

/** It can't be done, in these words or by this rule. */
export const cannot = (why: Rule | { readonly words: string }): never => {
	throw new OperatorError(
		typeof why === "string" ? refusalWords[why] : why.words,
	);
};
