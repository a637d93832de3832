/**
 * The parts of a text that are more than words: code, addresses and mentions.
 * Server and page use the same patterns.
 */

/** Scripts written without spaces: a mention may directly follow or precede their letters. */
const SCRIPTS = "Han Hira Kana Bopo Hang Thai Laoo Khmr Mymr Tibt".split(" ");
const UNSPACED = SCRIPTS.map((script) => `\\p{sc=${script}}`).join("");
const LETTER = /[\p{L}\p{M}\p{N}_\-\u200C\u200D]/u.source;
/** Characters that belong to the letter before: marks, digits, and the sign that lengthens a kana. */
const JOINED = /[\u30FC\p{M}\p{N}_\-\u200C\u200D]*/u.source;
/** Letters of one script that is written without spaces, or of any scripts that are written with spaces. */
const WORD = new RegExp(
	`${SCRIPTS.map((script) => `(?:\\p{sc=${script}}${JOINED})+|`).join("")}[^${UNSPACED}]+`,
	"gu",
);
/** The sign of a mention. The @ of an email address is not one. */
const AT = `(?:(?<!${LETTER})|(?<=[${UNSPACED}]))[@＠]`;
/** A mention that is being typed, at the end of the text. */
export const STARTED = `${AT}(${LETTER}*)$`;

const CODE =
	/```(?:[\w+#.-]*\n)?(?<fence>[\s\S]+?)\n?```\n?|`(?<code>[^`\n]+)`/u.source;
/** An address ends at an invisible character, and at a bracket or full stop of a script written without spaces. */
const ENDS = /[\p{DI}\p{C}\u2800]|(?!\p{ASCII})[\p{Ps}\p{Pe}\p{Term}«»‹›“”]/u
	.source;
/** Joiners inside a word, for the scripts that are misspelt without them. */
const JOINER = /(?<=[\p{sc=Arab}\p{M}])[\u200C\u200D](?=\p{L})/u.source;
const ADDRESS = `https?://(?:(?!${ENDS})[^\\s<>"\`]|${JOINER})+`;

/** A fence, `code`, an address, or an @name; the first that matches wins. */
export const PARTS = new RegExp(
	`${CODE}|(?<url>${ADDRESS})|${AT}(?<name>${LETTER}+)`,
	"giu",
);

/** Punctuation that is not part of the address before it. */
const AFTER = /[.,;:!?'"*_~]|(?!\p{ASCII})\p{P}/u;
const OPENING = new Map(
	[")(", "][", "}{"].map(([close, open]) => [close, open]),
);

/** Leaves out the punctuation after an address, and a closing bracket that the address did not open. */
export function trimmedAddress(url: string): string {
	const counts = new Map<string, number>();
	for (const sign of url) counts.set(sign, (counts.get(sign) ?? 0) + 1);
	let end = url.length;
	for (; end > 0; end -= 1) {
		const last = url.charAt(end - 1);
		const [opens = 0, closes = 0] = [OPENING.get(last) ?? "", last].map(
			(sign) => counts.get(sign),
		);
		const closesNothing = OPENING.has(last) && closes > opens;
		if (!closesNothing && !AFTER.test(last)) break;
		counts.set(last, closes - 1);
	}
	return url.slice(0, end);
}

/** In UTF-16 units. No name is longer, and a longer text would take too long to normalise. */
const LONGEST_NAME = 256;

/** Folds a name: spellings that differ only in case, composition or joiners become equal. */
export const foldName = (name: string): string =>
	name.length > LONGEST_NAME
		? name
		: name
				.normalize("NFKC")
				.toLowerCase()
				.replace(/[\u200C\u200D]/g, "");

/** The most letters of a name, and so the most words. */
const LONGEST = 32;

/**
 * The names that the letters after an @ may mean, the longest first. A name
 * has one script, or scripts that are written together, so it may end where
 * another script begins, as in @annさん.
 */
export function meant(letters: string): readonly string[] {
	const words = letters.match(WORD)?.slice(0, LONGEST) ?? [];
	return words
		.map((_, at) => words.slice(0, at + 1).join(""))
		.flatMap((name) => [name.replace(/[_-]+$/, ""), name])
		.reverse();
}

/** The names mentioned in a text, folded. */
export function mentioned(text: string): readonly string[] {
	if (!/[@＠]/.test(text)) return [];
	return [...text.matchAll(PARTS)].flatMap(({ groups }) => {
		return meant(groups?.name ?? "").map(foldName);
	});
}

/** A visible character: no space, control or filler, and none that only changes how others are shown. */
const SEEN =
	/[^\s\p{DI}\p{Cc}\u2800\uFFF9-\uFFFB\u{13441}\u{13442}\u{16FE4}\u{1D159}]/u
		.source;
const SEEN_PART = new RegExp(`${SEEN}(?:[^]*${SEEN})?`, "u");

/** The text without the invisible characters around it; empty if it has no visible ones. */
export const trimInvisible = (text: string): string =>
	SEEN_PART.exec(text)?.[0] ?? "";

/** The text with a space for each character that breaks a line, that a terminal would obey, that turns the direction of reading, or that is broken. */
export const withoutControls = (text: string): string =>
	text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}]/gu, " ");

/** The text without the empty lines before and after it. The first line keeps its indentation. */
export const withoutEmptyLines = (text: string): string =>
	text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();

/** An age in days, or in hours if it is no whole days. */
export function ageInWords(hours: number): string {
	const inDays = hours % 24 === 0;
	const many = inDays ? hours / 24 : hours;
	return `${many} ${inDays ? "day" : "hour"}${many === 1 ? "" : "s"}`;
}
