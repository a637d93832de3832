/**
 * A person as others see them: a square with their initial and their name,
 * both in a colour that the name alone decides. The stylesheet picks lightness
 * and strength, so that every hue can be read in both themes.
 */

import { make } from "./element.ts";

const HUES = 18;
const list = new Intl.ListFormat("en-GB");

/** The same for everyone and in every spelling of the case; neighbours in the alphabet land far apart. */
function hue(name: string): number {
	let hash = 7;
	for (const character of name.toLowerCase()) {
		hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
	}
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

/** “ann, bob and cara”; `others`, if there are any, come last. */
export function nameList(
	names: readonly string[],
	others = "",
): (Node | string)[] {
	const all = others ? [...names, others] : names;
	return list
		.formatToParts(all)
		.map(({ type, value }) =>
			type === "literal" || value === others ? value : nameTag(value),
		);
}
