/** The part of a long message that a search shows. */
import { TOKEN, tokensOf } from "../../machines/tokens.ts";
import type { Phrase } from "./query.ts";

/** In code points: at most, and before the first word that was found. */
const [EXCERPT_POINTS, POINTS_BEFORE] = [300, 60];

export function excerptOf(text: string, phrases: readonly Phrase[]): string {
	if (!cutAt(text, EXCERPT_POINTS)[1]) return text;
	const at = phrases.length > 0 ? foundIn(text, phrases) : 0;
	// A code point has two units at most.
	const before = [...text.slice(Math.max(0, at - 2 * POINTS_BEFORE), at)];
	const from = at - before.slice(-POINTS_BEFORE).join("").length;
	const [shown, isCut] = cutAt(text.slice(from), EXCERPT_POINTS);
	return `${from > 0 ? "…" : ""}${shown}${isCut ? "…" : ""}`;
}

/** The first code points of a text, and whether there are more. Looks at no others. */
export function cutAt(
	text: string,
	points: number,
): readonly [string, boolean] {
	const shown = [...text.slice(0, 2 * points)].slice(0, points).join("");
	return [shown, shown.length < text.length];
}

/** Where the first word that was looked for is, if any; else the beginning. */
function foundIn(text: string, phrases: readonly Phrase[]): number {
	const first = new Set(phrases.map(({ tokens }) => tokens[0] ?? ""));
	const beginnings = phrases.flatMap(({ tokens, isPrefix }) =>
		isPrefix && tokens.length === 1 ? tokens : [],
	);
	for (const { 0: word, index } of text.matchAll(TOKEN)) {
		const [token = ""] = tokensOf(word);
		if (first.has(token) || beginnings.some((one) => token.startsWith(one)))
			return index;
	}
	return 0;
}
