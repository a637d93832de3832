/**
 * The words of the page in the reader's language. The build puts numbers where
 * a key is asked for. The words of what is loaded later, and what the server
 * says, come when they are first needed.
 */

import {
	byEnglish,
	english,
	type Key,
	language,
	list,
	load,
	type Text,
} from "./catalogue.ts";
import { wordsKey } from "./words-key.js";

export type Param = string | number | Node | readonly (Node | string)[];
type Params = Readonly<Record<string, Param>>;

/** How long an act may wait for its words. */
const LONGEST_MS = 10_000;

const texts: Record<string, Text> = { ...english };
for (const [at, text] of list.entries()) texts[at] = text;
const looked: Record<string, string> = { ...byEnglish };
const country = new Intl.DateTimeFormat().resolvedOptions().locale;
/** For dates, numbers and lists. */
export const locale = country.startsWith(language) ? country : language;
const plurals = new Intl.PluralRules(language);
/** Letters that may be read from right to left come after these. */
const LEFT_TO_RIGHT = /^[\0-\u058f]*$/;

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
	const text = texts[key] ?? key;
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

const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 };

/** Such as “5 minutes”, rounded up. */
export function timeSpan(ms: number): string {
	const unit =
		ms < UNIT_MS.minute ? "second" : ms < UNIT_MS.hour ? "minute" : "hour";
	return duration(Math.ceil(ms / UNIT_MS[unit]), unit);
}

/** Words that the server or the page machine says in English; a refusal's are found by its key. */
export const translated = (words: string, key = words): string =>
	looked[wordsKey(key)] ?? words;

let later: Promise<void> | undefined;

async function addLater(): Promise<void> {
	const signal = AbortSignal.timeout(LONGEST_MS);
	const [more, found] = await load(`${language}-later`, { signal });
	for (const [at, text] of more.entries()) texts[list.length + at] = text;
	Object.assign(looked, found);
}

/** Rejects if they can't be loaded, and loads them again the next time. */
export function loadLater(): Promise<void> {
	later ??= addLater().catch((error) => {
		later = undefined;
		throw error;
	});
	return later;
}

/** The last of the acts that wait. */
let waiting: Promise<void> | undefined;

/** Acts once the words that are needed have come, after the acts that wait already; in English if they can't be had. */
export function inWords(areNeeded: boolean, act: () => void) {
	if (areNeeded && language !== "en") waiting ??= loadLater().catch(() => {});
	if (!waiting) return act();
	// One after the other: what an act leaves for later comes before the next.
	const last = waiting.then(act).catch(reportError);
	waiting = last;
	void last.then(() => {
		if (waiting === last) waiting = undefined;
	});
}

/** Whether the server has another build than this page, and so nothing more for it. The service worker, which may have the file, leaves HEAD to the server. */
export const isUpdated = () =>
	load("en", {
		cache: "no-store",
		method: "HEAD",
		signal: AbortSignal.timeout(LONGEST_MS),
	}).then(
		() => false,
		({ message }) => message === "404",
	);
