/** What a search shows of a long message, and how little of it is looked at. */
import { afterEach, expect, test, vi } from "vitest";
import { excerptOf } from "../src/search/excerpt.ts";

const phraseOf = (token: string) => ({ tokens: [token], isPrefix: false });

afterEach(() => {
	vi.restoreAllMocks();
});

test.each([
	["without words that are looked for", "é".repeat(4000), []],
	["after the first word that was found", `fox${" é".repeat(999)}`, ["fox"]],
])("no letter is folded %s", (_, text, words) => {
	const fold = vi.spyOn(String.prototype, "normalize");
	const shown = excerptOf(text, words.map(phraseOf));
	expect(fold).not.toHaveBeenCalled();
	expect(shown).toBe(`${text.slice(0, 300)}…`);
});

test.each([
	["🦩".repeat(300), "🦩".repeat(300)],
	["🦩".repeat(301), `${"🦩".repeat(300)}…`],
	[`a${"🦩".repeat(299)} fox`, `…${"🦩".repeat(59)} fox`],
	[
		`${"🦩".repeat(90)} fox${"🦩".repeat(300)}`,
		`…${"🦩".repeat(59)} fox${"🦩".repeat(237)}…`,
	],
])("%s is cut between code points", (text, shown) => {
	expect(excerptOf(text, [phraseOf("fox")])).toBe(shown);
});
