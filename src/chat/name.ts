/**
 * What may be a name, and when two names are one.
 *
 * A legal name is shown as it was typed, in Unicode's compatible composed form
 * (NFKC). It is claimed by its key: names that differ only in case, or that a
 * reader could take for each other, share one. Keys are logged, so a later
 * table of look-alikes changes nobody's.
 */
import { rectifyConfusion } from "unicode-confusables";
import { BOT_NAME } from "../../machines/message.ts";
import { JOINERS_IN_PLACE } from "./joiners.ts";

export interface ParsedName {
	readonly name: string;
	readonly nameKey: string;
}

const LONGEST = 32;
/** UTF-16 units: normalising a thousand marks takes a million steps. */
export const LONGEST_RAW = 256;

/** Nothing that is not seen; U+0640 only stretches the word it is in. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u0640]/u;
/** Letters with their marks, digits, `_` and `-`; more than two marks pile up over the neighbours. */
const SPELLING = /^(?![_-])(?:\p{L}[\p{Mn}\p{Mc}]{0,2}|\p{Nd}|[_-])+$/u;

/** The scripts in everyday use: UAX #31, table 5. */
const SCRIPTS =
	"Arab Armn Beng Cyrl Deva Ethi Geor Grek Gujr Guru Hebr Knda Khmr Laoo Latn Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt";
/** The scripts that are written together: UTS #39, section 5.2. */
const TOGETHER = [
	["Hani", "Hira", "Kana"],
	["Hani", "Bopo"],
	["Hani", "Hang"],
];
const ONE_SCRIPT = [...SCRIPTS.split(" ").map((one) => [one]), ...TOGETHER].map(
	(scripts) => {
		const letters = [...scripts, "Zinh"].map((script) => `\\p{scx=${script}}`);
		return new RegExp(`^[${letters.join("")}0-9_-]+$`, "u");
	},
);

/** The name as it is shown, and its key; nothing if it may not be a name. */
export function parseName(raw: string): ParsedName | undefined {
	const bare = spell(raw);
	if (bare === undefined) return undefined;
	const nameKey = keyOf(bare);
	// A Greek capital may look like one Latin letter and its small form like
	// another. A key can follow only one of them, so the other is refused.
	const seen = skeleton(bare);
	if (isAscii(seen) && keyOf(seen) !== nameKey) return undefined;
	return { name: raw.trim().normalize("NFKC"), nameKey };
}

/** What a person's name and a room's may look like, in Unicode's compatible composed form; joiners are dropped, or two would look alike. */
export function spell(raw: string): string | undefined {
	if (raw.length > LONGEST_RAW) return undefined;
	const written = raw.trim().normalize("NFKC");
	const name = written.replace(JOINERS_IN_PLACE, "");
	const others = raw.replace(/[\u200c\u200d]/g, "");
	if (INVISIBLE.test(others) || INVISIBLE.test(name)) return undefined;
	if ([...written].length > LONGEST || !SPELLING.test(name)) return undefined;
	return ONE_SCRIPT.some((script) => script.test(name)) ? name : undefined;
}

/** What is read as a letter of the bot's name, and is no look-alike to the table. */
const READ_AS = new Map(
	[..."ᴘpʟlᴜuᴍmᴇeʙbᴏoᴛt3e8b6b7t"].flatMap((sign, at, all) =>
		at % 2 === 0 ? [[sign, all[at + 1] ?? sign] as const] : [],
	),
);
const RESERVED = keyOf(BOT_NAME);

/** Whether a name could be read as the bot's. Only for names that are claimed anew: keys are in logs, and stay as they are. */
export function looksReserved(name: string): boolean {
	const letters = name
		.toLowerCase()
		.replace(/./gu, (it) => READ_AS.get(it) ?? it);
	return keyOf(keyOf(letters).replace(/[\p{M}_-]/gu, "")) === RESERVED;
}

/** One pass may end on a character that has a look-alike itself; two never do. */
function keyOf(name: string): string {
	return merge(merge(name));
}

function merge(name: string): string {
	// Up and down again also joins ı with i, ß with ss, and both small sigmas.
	const folded = name.normalize("NFD").toUpperCase().toLowerCase();
	return (
		[...folded]
			.map(lookalike)
			.join("")
			.toLowerCase()
			// The table has it that I, l and 1 are one, and O and 0; here i is too.
			.replaceAll("i", "l")
			// A dot over a letter that has one already is not seen.
			.replace(/(?<=[lj]\p{M}*)\u0307/gu, "")
			.normalize("NFD")
	);
}

/** What a small letter is taken for. Where only its capital looks like a plain letter, that counts. */
function lookalike(letter: string): string {
	const small = skeleton(letter);
	if (isAscii(small)) return small;
	const capital = skeleton(letter.toUpperCase());
	return isAscii(capital) ? capital : small;
}

/** UTS #39, section 4. */
function skeleton(text: string): string {
	return rectifyConfusion(text.normalize("NFD")).normalize("NFD");
}

function isAscii(text: string): boolean {
	return /^[!-~]+$/.test(text);
}
