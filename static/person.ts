/**
 * A person's avatar and name, in a colour that depends on the name alone. The
 * stylesheet picks lightness and chroma, so that every hue is readable in both
 * themes.
 */

import { make } from "./element.ts";
import { locale } from "./words.ts";

const HUES = 18;
const list = new Intl.ListFormat(locale.replace(/^en.*/, "en-GB"));

/** Ignores case; similar names get different hues. */
function hue(name: string): number {
	let hash = 7;
	for (const character of name.toLowerCase())
		hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
	return (hash % HUES) * (360 / HUES);
}

function tint(element: HTMLElement, name: string): HTMLElement {
	element.style.setProperty("--hue", String(hue(name)));
	return element;
}

export function avatar(name: string): HTMLElement {
	const [initial = ""] = name;
	const properties = { className: "avatar", ariaHidden: "true" };
	return tint(make("span", properties, initial.toUpperCase()), name);
}

export function nameTag(name: string): HTMLElement {
	return tint(make("bdi", "name", name), name);
}

/** “ann, bob and cara”; `others` comes last. */
export function nameList(names: readonly string[], others = "") {
	const all = others ? [...names, others] : names;
	return list
		.formatToParts(all)
		.map(({ type, value }) =>
			type === "literal" || value === others ? value : nameTag(value),
		);
}
