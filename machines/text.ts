/**
 * What a text is made of, as far as it is more than words, and whom it
 * mentions. Server and page read it the same way.
 */

/** Scripts that are written without spaces: a mention may stand between their letters. */
const SCRIPTS = "Han Hira Kana Bopo Hang Thai Laoo Khmr Mymr Tibt".split(" ");
const UNSPACED = SCRIPTS.map((script) => `\\p{sc=${script}}`).join("");
const LETTER = /[\p{L}\p{M}\p{N}_\-\u200C\u200D]/u.source;
/** What belongs to the letter before it: marks, digits, and the sign that makes a kana long. */
const JOINED = /[\u30FC\p{M}\p{N}_\-\u200C\u200D]*/u.source;
/** Letters of one script, or of those that are written with spaces. */
const WORD = new RegExp(
	`${SCRIPTS.map((script) => `(?:\\p{sc=${script}}${JOINED})+|`).join("")}[^${UNSPACED}]+`,
	"gu",
);
/** The @ of an email address is none. */
const AT = `(?:(?<!${LETTER})|(?<=[${UNSPACED}]))[@＠]`;
/** The start of a name, at the end of what is typed. */
export const STARTED = new RegExp(`${AT}(${LETTER}*)$`, "u");

const CODE = /```(?:[\w+#.-]*\n)?(?<fence>[\s\S]+?)\n?```|`(?<code>[^`\n]+)`/u
	.source;
/** Nothing that can't be seen, no bracket and no full stop of a script that is written without spaces. */
const ENDS = /[\p{DI}\p{C}\u2800]|(?!\p{ASCII})[\p{Ps}\p{Pe}\p{Term}«»‹›“”]/u
	.source;
/** Some scripts are not written right without joiners. */
const JOINER = /(?<=[\p{sc=Arab}\p{M}])[\u200C\u200D](?=\p{L})/u.source;
const ADDRESS = `https?://(?:(?!${ENDS})[^\\s<>"\`]|${JOINER})+`;

/** A fence, `code`, an address, or an @name; the first that fits wins. */
export const PARTS = new RegExp(
	`${CODE}|(?<url>${ADDRESS})|${AT}(?<name>${LETTER}+)`,
	"giu",
);

/** What follows an address and is no part of it. */
const AFTER = /[.,;:!?'"*_~]|(?!\p{ASCII})\p{P}/u;
const OPENING = new Map(
	[")(", "][", "}{"].map(([close, open]) => [close, open]),
);

/** An address ends before its sentence does, and before a bracket that it did not open. */
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

/** UTF-16 units: nobody's name is longer, and normalising takes more than linear time. */
const LONGEST_NAME = 256;

/** Names that are equal so are one to who types them. */
export const foldName = (name: string): string =>
	name.length > LONGEST_NAME
		? name
		: name
				.normalize("NFKC")
				.toLowerCase()
				.replace(/[\u200C\u200D]/g, "");

/** A name has at most this many letters, and so no more words. */
const LONGEST = 32;

/**
 * Who may be meant by the letters behind an @, the longest name first: a name
 * is of one script, or of those that are written together, so it may end where
 * another begins, as in @annさん.
 */
export function meant(letters: string): readonly string[] {
	const words = letters.match(WORD)?.slice(0, LONGEST) ?? [];
	return words
		.map((_, at) => words.slice(0, at + 1).join(""))
		.flatMap((name) => [name.replace(/[_-]+$/, ""), name])
		.reverse();
}

/** The names that are mentioned, folded. */
export function mentioned(text: string): readonly string[] {
	if (!/[@＠]/.test(text)) return [];
	return [...text.matchAll(PARTS)].flatMap(({ groups }) => {
		return meant(groups?.name ?? "").map(foldName);
	});
}

/** What can be seen: no space, no control, no filler, and nothing that only says how others are shown. */
const SEEN =
	/[^\s\p{DI}\p{Cc}\u2800\uFFF9-\uFFFB\u{13441}\u{13442}\u{16FE4}\u{1D159}]/u
		.source;
const SEEN_PART = new RegExp(`${SEEN}(?:[^]*${SEEN})?`, "u");

/** Without what can't be seen around it; nothing, if there is no more. */
export const trimInvisible = (text: string): string =>
	SEEN_PART.exec(text)?.[0] ?? "";

/** Without the empty lines around: the first that is none keeps its indentation. */
export const withoutEmptyLines = (text: string): string =>
	text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
