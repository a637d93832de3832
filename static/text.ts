/**
 * Formats the text of a message: links, code, mentions of the reader, and
 * large emoji. Only http and https links can be clicked.
 */

import { meant, PARTS, trimmedAddress } from "../machines/text.ts";
import { make } from "./element.ts";

/** Up to six emoji are shown large. */
const ONLY_EMOJI = /^(?:\s*\p{RGI_Emoji}){1,6}\s*$/v;

function link(url: string): Node | string {
	if (!URL.canParse(url)) return url;
	const rel = "noopener noreferrer";
	return make("a", { href: url, rel, target: "_blank" }, url);
}

/** The nodes that show `text`. A mention of a name that is the reader's is marked. */
export function textNodes(
	text: string,
	isMine: (name: string) => boolean,
): (Node | string)[] {
	const nodes: (Node | string)[] = [];
	let shown = 0;
	for (const match of text.matchAll(PARTS)) {
		const { fence, code, url, name } = match.groups ?? {};
		let [all] = match;
		let node: Node | string = all;
		if (fence !== undefined) {
			// Focusable, because a long line scrolls.
			node = make("pre", { tabIndex: 0 }, make("code", "", fence));
		} else if (code !== undefined) node = make("code", "", code);
		else if (url !== undefined) {
			all = trimmedAddress(url);
			node = link(all);
		} else if (name !== undefined) {
			const mine = meant(name).find(isMine);
			if (mine) all = all.slice(0, 1 + mine.length);
			// A name must not change the direction of the text around it.
			node = make(mine ? "mark" : "bdi", { dir: "auto" }, all);
		}
		nodes.push(text.slice(shown, match.index), node);
		shown = match.index + all.length;
		// A block ends its line by itself.
		if (fence !== undefined && text[shown] === "\n") shown += 1;
	}
	nodes.push(text.slice(shown));
	return nodes.filter((node) => node !== "");
}

export const isOnlyEmoji = (text: string): boolean => ONLY_EMOJI.test(text);
