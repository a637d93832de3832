/**
 * Which names are legal, and which are equal.
 *
 * A legal name is shown as it was typed, in Unicode's compatible composed form
 * (NFKC). It is claimed by its key: names that differ only in case, or that a
 * reader could mistake for each other, have the same key. Keys are logged, so
 * a later table of look-alikes changes no existing one.
 */
import { rectifyConfusion } from "unicode-confusables";
import { BOT_NAME } from "../../machines/message.ts";
import { ALLOWED_JOINERS } from "./joiners.ts";

export interface ParsedName {
	readonly name: string;
	readonly nameKey: string;
}

const LONGEST = 32;
/** In UTF-16 units: to normalise a thousand marks takes a million steps. */
export const LONGEST_RAW = 256;

/** Characters that can't be seen; U+0640 only stretches the word it is in. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u0640]/u;
/** Letters with their marks, digits, `_` and `-`. More than two marks would cover the lines around. */
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

/** The name as it is shown, and its key; undefined if it is not legal. */
export function parseName(raw: string): ParsedName | undefined {
	const bare = spell(raw);
	if (bare === undefined) return undefined;
	const nameKey = keyOf(bare);
	// A Greek capital may look like one Latin letter, and its small form like
	// another. The key can follow only one of them, so the other is refused.
	const seen = skeleton(bare);
	if (isAscii(seen) && keyOf(seen) !== nameKey) return undefined;
	return { name: raw.trim().normalize("NFKC"), nameKey };
}

/** A person's or a room's name in NFKC, without joiners, since with and without them it looks the same; undefined if it is not legal. */
export function spell(raw: string): string | undefined {
	if (raw.length > LONGEST_RAW) return undefined;
	const written = raw.trim().normalize("NFKC");
	const name = written.replace(ALLOWED_JOINERS, "");
	const others = raw.replace(/[\u200c\u200d]/g, "");
	if (INVISIBLE.test(others) || INVISIBLE.test(name)) return undefined;
	if ([...written].length > LONGEST || !SPELLING.test(name)) return undefined;
	return ONE_SCRIPT.some((script) => script.test(name)) ? name : undefined;
}

/** Characters that are read as letters of the bot's name, beyond Unicode's table. */
const READ_AS = new Map(
	[..."ᴘpʟlᴜuᴍmᴇeʙbᴏoᴛt3e8b6b7t"].flatMap((sign, at, all) =>
		at % 2 === 0 ? [[sign, all[at + 1] ?? sign] as const] : [],
	),
);
const RESERVED = keyOf(BOT_NAME);

/** Whether a name could be read as the bot's. It is asked only when a name is claimed or given, so that keys in old logs stay valid. */
export function looksReserved(name: string): boolean {
	const letters = name
		.toLowerCase()
		.replace(/./gu, (it) => READ_AS.get(it) ?? it);
	return keyOf(keyOf(letters).replace(/[\p{M}_-]/gu, "")) === RESERVED;
}

/** A pass may end on a character that has a look-alike itself; a second one never does. */
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
			// To the table I, l and 1 are equal; so is i here.
			.replaceAll("i", "l")
			// Nobody sees a second dot over a letter.
			.replace(/(?<=[lj]\p{M}*)\u0307/gu, "")
			.normalize("NFD")
	);
}

/** The plain letter that a small letter looks like, or its capital if only that does. */
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
