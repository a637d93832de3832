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

const wanted =
	[browser.get("language"), ...(globalThis.navigator?.languages ?? [])]
		.map((tag) => tag.replace(/-.*/, ""))
		.find((tag) => LANGUAGES.includes(tag)) ?? "en";
const loaded: Readonly<Record<string, Text>> | undefined =
	wanted === "en"
		? undefined
		: await fetch(`${BASE}static/${wanted}.json`)
				.then((answer) => answer.json())
				.catch(() => undefined);
/** Without its catalogue the page is in English. */
export const language = loaded ? wanted : "en";
const own = loaded ?? {};
const country = new Intl.DateTimeFormat().resolvedOptions().locale;
/** For dates, numbers and lists. */
export const locale = country.startsWith(language) ? country : language;
const plurals = new Intl.PluralRules(language);
/** Letters that may be read from right to left come after these. */
const LEFT_TO_RIGHT = /^[\0-\u058f]*$/;

const english: Readonly<Record<string, Text>> = en;

export const number = (count: number) => count.toLocaleString(locale);

/** A name can't turn the words around it. Left to right in left to right needs no isolate. */
function shown(param: Param = ""): Exclude<Param, number> {
	if (typeof param === "number") return number(param);
	if (typeof param !== "string") return param;
	const isPlain = language !== "ar" && LEFT_TO_RIGHT.test(param);
	return isPlain ? param : `\u2068${param}\u2069`;
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

/** Such as “5 minutes”. */
export function duration(count: number, unit: string): string {
	const format = { style: "unit", unit, unitDisplay: "long" } as const;
	return new Intl.NumberFormat(locale, format).format(count);
}

/** Words that the server or the page machine says in English; a refusal's are found by its key. */
export function translated(words: string, key = words): string {
	const text = own[key];
	return typeof text === "string" ? text : words;
}
