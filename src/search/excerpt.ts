/** The part of a long message that a search shows. */
import { TOKEN, tokensOf } from "../../machines/tokens.ts";
import type { Phrase } from "./query.ts";

/** In code points: at most, and before the first word that was found. */
const [EXCERPT_POINTS, POINTS_BEFORE] = [300, 60];

export function excerptOf(text: string, phrases: readonly Phrase[]): string {
	const points = [...text];
	if (points.length <= EXCERPT_POINTS) return text;
	const first = new Set(phrases.map(({ tokens }) => tokens[0] ?? ""));
	const beginnings = phrases.flatMap(({ tokens, isPrefix }) =>
		isPrefix && tokens.length === 1 ? tokens : [],
	);
	const isFound = (token = "") =>
		first.has(token) || beginnings.some((one) => token.startsWith(one));
	const at = [...text.matchAll(TOKEN)].find(([word]) =>
		isFound(tokensOf(word)[0]),
	)?.index;
	const before = [...text.slice(0, at ?? 0)].length;
	const from = Math.max(0, before - POINTS_BEFORE);
	const shown = points.slice(from, from + EXCERPT_POINTS).join("");
	const isCut = from + EXCERPT_POINTS < points.length;
	return `${from > 0 ? "…" : ""}${shown}${isCut ? "…" : ""}`;
}
