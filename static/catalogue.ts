/**
 * The reader's language, and the words of the first load in it: the one chosen
 * in the settings, or the first of the browser's that there is a catalogue for.
 * A script of its own, so that the words are loaded beside the other one.
 */

import { BASE } from "./base-path.ts";
import en from "./languages/en.json" with { type: "json" };
import { browser } from "./store.ts";

export type Key = keyof typeof en;
export type Text = string | { readonly [category: string]: string };
/** Texts that the script asks for by number, and those that are looked up by a hash of their English words. */
type Catalogue = readonly [readonly Text[], Readonly<Record<string, string>>];

/** In the names of the files of this build. */
declare const MARK: string;

export const LANGUAGES = "en de fr es pt ja ar".split(" ");
const RETRY_MS = 2_000;

const wanted =
	[browser.get("language"), ...(globalThis.navigator?.languages ?? [])]
		.map((tag) => tag.replace(/-.*/, ""))
		.find((tag) => LANGUAGES.includes(tag)) ?? "en";

export async function load(
	name: string,
	options?: RequestInit,
): Promise<Catalogue> {
	const answer = await fetch(`${BASE}static/${name}${MARK}.json`, options);
	if (!answer.ok) throw new Error(`${answer.status}`);
	return answer.json();
}

/** Without its catalogue the page is in English, and without that there is nothing to show. */
async function loadFirst(): Promise<readonly [string, Catalogue]> {
	for (const tag of [wanted, "en"]) {
		const catalogue = await load(tag).catch(() => undefined);
		if (catalogue) return [tag, catalogue];
	}
	await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
	return loadFirst();
}

/** The build leaves the words out of the script; tests of single modules have them. */
export const [language, [list, byEnglish]] =
	"edit" in en ? (["en", [[], {}]] as const) : await loadFirst();
export const english: Readonly<Record<string, Text>> = en;
