/** Makes a query of what a person typed. Their words are only ever looked for: nothing of them is syntax of the index. */
import { isUnspaced, tokensOf } from "../../machines/tokens.ts";
import type { Rule } from "../engine/refusals.ts";

/** In UTF-16 units, in words and conditions, and in words of all phrases: each letter of an unspaced script is one. */
export const [LONGEST_QUERY, MOST_PARTS, MOST_TOKENS] = [500, 16, 24];
/** How often a query may have one word: a phrase of a common one is compared with all that was said. */
const MOST_EQUAL = 4;
/** How often it may have one letter of an unspaced script, which comes oftener in an everyday phrase. */
const MOST_EQUAL_LETTERS = 8;
const DAY_MS = 86_400_000;

/** Words that stand side by side; the last may be only the beginning of one. */
export interface Phrase {
	readonly tokens: readonly string[];
	readonly isPrefix: boolean;
}

export interface Query {
	readonly phrases: readonly Phrase[];
	/** Names of authors. A message has one of them. */
	readonly from: readonly string[];
	/** Names of rooms as they were typed. */
	readonly in: readonly string[];
	readonly has: readonly ("link" | "reply")[];
	/** Only what mentions or answers the one who asks. */
	readonly toMe: boolean;
	/** Days since 1970, in UTC: from the first on, and before the second. */
	readonly after?: number;
	readonly before?: number;
}

/** A query that is being made. */
type Draft = {
	-readonly [Key in keyof Query]: Query[Key] extends readonly (infer One)[]
		? One[]
		: Query[Key];
};

/** A condition like `from:ben`, a phrase in quotation marks, or a word. */
const PART =
	/(?:(from|in|before|after|has|to):)?(?:["“”„«»]([^"“”„«»]*)["“”„«»]?|(\S+))/giu;

/** The query, or the rule that it breaks. */
export function parseQuery(text: string): Query | Rule {
	const parts = [...text.matchAll(PART)];
	if (text.length > LONGEST_QUERY || parts.length > MOST_PARTS)
		return "queryIsShort";
	const draft: Draft = {
		...{ phrases: [], from: [], in: [], has: [], toMe: false },
	};
	let isEmpty = true;
	for (const [, condition, quoted, word = ""] of parts) {
		const broken = condition
			? addCondition(draft, condition.toLowerCase(), quoted ?? word)
			: addWords(draft, quoted ?? word, quoted === undefined);
		if (broken) return broken;
		if (condition) isEmpty = false;
	}
	const tokens = draft.phrases.flatMap((phrase) => phrase.tokens);
	const isRepeated = (token: string) =>
		tokens.filter((other) => other === token).length >
		(isUnspaced(token) ? MOST_EQUAL_LETTERS : MOST_EQUAL);
	if (tokens.length > MOST_TOKENS || tokens.some(isRepeated))
		return "queryIsShort";
	if (isEmpty && draft.phrases.length === 0) return "queryHasWords";
	return draft;
}

function addWords(
	{ phrases }: Draft,
	typed: string,
	mayBePrefix: boolean,
): Rule | undefined {
	const tokens = tokensOf(typed);
	const last = tokens.at(-1);
	if (last === undefined) return undefined;
	const isPrefix = mayBePrefix && typed.endsWith("*") && !isUnspaced(last);
	if (isPrefix && [...last].length < 2) return "beginningIsLong";
	phrases.push({ tokens, isPrefix });
	return undefined;
}

function addCondition(
	draft: Draft,
	condition: string,
	value: string,
): Rule | undefined {
	switch (condition) {
		case "from":
			draft.from.push(value.replace(/^[@＠]/, ""));
			return undefined;
		case "in":
			draft.in.push(value.replace(/^#/, ""));
			return undefined;
		case "has":
			if (value !== "link" && value !== "reply") return "kindIsKnown";
			draft.has.push(value);
			return undefined;
		case "to":
			draft.toMe = true;
			return value === "me" ? undefined : "recipientIsMe";
		case "before":
		case "after": {
			const day = dayOf(value);
			if (day === undefined) return "dayIsWhole";
			draft[condition] = day;
		}
	}
	return undefined;
}

function dayOf(written: string): number | undefined {
	if (!/^\d{4}-\d\d-\d\d$/.test(written)) return undefined;
	const time = Date.parse(`${written}T00:00:00Z`);
	// 31 February is no day, though Date might make one of it.
	const isDay =
		Number.isFinite(time) && new Date(time).toISOString().startsWith(written);
	return isDay ? time / DAY_MS : undefined;
}
