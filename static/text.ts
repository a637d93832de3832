/**
 * What someone wrote, as it is shown: links that lead outside, code, mentions
 * of the reader, and emoji that stand alone. All of it is text in elements of
 * ours; only http and https can be clicked.
 */

import { foldName, mentioned, PARTS } from "../machines/text.ts";
import { make } from "./element.ts";

/** More emoji than these are a text. */
const ONLY_EMOJI = /^(?:\s*\p{RGI_Emoji}){1,6}\s*$/v;
/** What follows an address and is no part of it. */
const AFTER = /[.,;:!?'"»”’…*_~]+$/u;

/** An address ends before its sentence does, and before a bracket that it did not open. */
function trimmed(url: string): string {
	const short = url.replace(AFTER, "");
	const closes = /[)\]}]$/.exec(short)?.[0];
	if (!closes) return short;
	const opens = { ")": "(", "]": "[", "}": "{" }[closes] ?? "";
	if (short.split(opens).length >= short.split(closes).length) return short;
	return trimmed(short.slice(0, -1));
}

function link(url: string): Node | string {
	if (!URL.canParse(url)) return url;
	const element = document.createElement("a");
	element.href = url;
	element.rel = "noopener noreferrer";
	element.target = "_blank";
	element.textContent = url;
	return element;
}

/** The nodes that show `text` to whoever is called `me`. */
export function textNodes(text: string, me: string): (Node | string)[] {
	const nodes: (Node | string)[] = [];
	let shown = 0;
	for (const match of text.matchAll(PARTS)) {
		const { fence, code, url, name } = match.groups ?? {};
		let [all] = match;
		let node: Node | string = all;
		if (fence !== undefined) node = make("pre", "", make("code", "", fence));
		else if (code !== undefined) node = make("code", "", code);
		else if (url !== undefined) {
			all = trimmed(url);
			node = link(all);
		} else if (name !== undefined && foldName(name) === foldName(me)) {
			node = make("mark", "", all);
		}
		nodes.push(text.slice(shown, match.index), node);
		shown = match.index + all.length;
	}
	nodes.push(text.slice(shown));
	return nodes.filter((node) => node !== "");
}

export const isOnlyEmoji = (text: string): boolean => ONLY_EMOJI.test(text);

export const mentions = (text: string, me: string): boolean =>
	mentioned(text).includes(foldName(me));
