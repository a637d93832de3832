/**
 * The words by which search finds a text. The index, a query and the page that
 * marks what was found cut and fold a text here, so they cannot disagree.
 */

/** Scripts written without spaces: each of their letters is a word, and what is looked for is a phrase of them. */
const UNSPACED = "Han Hira Kana Thai Laoo Khmr Mymr"
	.split(" ")
	.map((script) => `\\p{sc=${script}}`)
	.join("");
export const TOKEN = new RegExp(
	`[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}_])+`,
	"gu",
);
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
/** Accents of Latin, Greek and Cyrillic letters, and vowel signs of Arabic ones. In other scripts a mark makes another word. */
const ACCENTS = /[\u0300-\u036F\u064B-\u065F\u0670]/g;
const IS_ASCII = /^\p{ASCII}*$/u;

const fold = (text: string): string =>
	IS_ASCII.test(text)
		? text.toLowerCase()
		: text
				.normalize("NFKD")
				.replace(ACCENTS, "")
				.normalize("NFC")
				.toLowerCase()
				.replaceAll("ς", "σ")
				.replaceAll("ß", "ss");

/** The words of a text, in its order: without accents, in small letters, and ß as ss, which it is in capitals and in Switzerland. */
export const tokensOf = (text: string): readonly string[] =>
	fold(text).match(TOKEN) ?? [];

/** Whether a word is one letter of a script that is written without spaces. */
export const isUnspaced = (token: string): boolean => IS_UNSPACED.test(token);
