/**
 * A dialect is one version of the wire protocol. It knows no WebSockets: a
 * transport carries its texts in frames of its own.
 */
import type { Refusal, ServerMessage } from "../chat/server-message.ts";
import type { Command } from "../engine/command.ts";
import type { Misunderstood } from "../engine/executor.ts";
import type { Rule } from "../engine/refusals.ts";
import type { Limits } from "../limits.ts";

export interface Dialect {
	/** Never throws. */
	parse(text: string, limits: Limits): Parsed;
	/** The JSON texts of a message; none if this version has no words for it. */
	encode(message: ServerMessage): readonly string[];
}

/** A command; or, if there is none in the text, what its refusal must repeat. */
export type Parsed = { readonly command: Command } | Misunderstood;

const codeRules: ReadonlySet<string> = new Set<Rule>([
	"loginIsPending",
	"codeIsFresh",
	"codeIsWhole",
	"codeIsRight",
	"triesAreLeft",
	"isWhoAsked",
]);

/** Whether a refusal says that a login code was not valid. */
export function isAboutCode({ code, inRoom }: Refusal): boolean {
	return !inRoom && codeRules.has(code);
}
