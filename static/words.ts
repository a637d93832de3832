/**
 * The words of the page in the reader's language: the one chosen in the
 * settings, or the first of the browser's that there is a catalogue for. The
 * build puts English itself where a key is asked for, so that English needs no
 * catalogue, and the others are found by the English words.
 */

import { BASE } from "./base-path.ts";
import en from "./languages/en.json" with { type: "json" };
import { browser } from "./storage.ts";

export type Key = keyof typeof en;
type Text = string | { readonly [category: string]: string };
export type Param = string | number | Node | readonly (Node | string)[];
type Params = Readonly<Record<string, Param>>;

export const LANGUAGES = "en de fr es pt ja ar".split(" ");

const preferred: readonly string[] = globalThis.navigator?.languages ?? [];
export const language =
	[browser.get("language"), ...preferred]
		.map((tag) => tag.replace(/-.*/, ""))
		.find((tag) => LANGUAGES.includes(tag)) ?? "en";
const country = new Intl.DateTimeFormat().resolvedOptions().locale;
/** For dates, numbers and lists. */
export const locale = country.startsWith(language) ? country : language;
const isRightToLeft = language === "ar";
const plurals = new Intl.PluralRules(language);
/** Letters that may be read from right to left come after these. */
const LEFT_TO_RIGHT = /^[\0-\u058f]*$/;

const own: Readonly<Record<string, Text>> =
	language === "en"
		? {}
		: await fetch(`${BASE}static/${language}.json`)
				.then((answer) => answer.json())
				// Without it the page is in English.
				.catch(() => ({}));
const english: Readonly<Record<string, Text>> = en;

/** A name can't turn the words around it. Left to right in left to right needs no isolate. */
const isolated = (text: string) =>
	!isRightToLeft && LEFT_TO_RIGHT.test(text) ? text : `\u2068${text}\u2069`;

function shown(param: Param = ""): Node | string | readonly (Node | string)[] {
	if (typeof param === "number") return param.toLocaleString(locale);
	return typeof param === "string" ? isolated(param) : param;
}

/** Words with elements in them. `count` chooses the plural. */
export function nodes(key: Key, params: Params = {}): (Node | string)[] {
	const text = own[key] ?? english[key] ?? key;
	const words =
		typeof text === "string"
			? text
			: (text[plurals.select(Number(params.count))] ?? text.other ?? "");
	return words
		.split(/\{(\w+)\}/)
		.flatMap((part, at) => (at % 2 ? shown(params[part]) : part))
		.filter((part) => part !== "");
}

export const t = (key: Key, params?: Params): string =>
	nodes(key, params).join("");

const find = (key: string, words: string) => {
	const text = own[key];
	return typeof text === "string" ? text : words;
};

/** Words that the page machine or the server says in English. */
export const translated = (words: string): string => find(words, words);

/** Why something was refused. The server's words stand in for a rule that the page does not know. */
export const refusal = (rule: string, words: string): string =>
	find(`refusal.${rule}`, words);
