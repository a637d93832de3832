/** The bar above the field: which message is answered, or has its words in the field. */

import type { Said } from "../machines/message.ts";
import { type Change, changed } from "../machines/relations.ts";
import { find, make, show } from "./element.ts";
import { nameTag } from "./person.ts";
import { onOneLine } from "./quotes.ts";
import { nodes, t } from "./words.ts";

/** UTF-16 units of the message that are shown. */
const MOST_QUOTED = 100;

/** A message that is answered, or whose words are in the field. */
export interface About {
	readonly kind: "reply" | "edit";
	readonly message: Said;
}

export function showReplyBar(about: About | undefined): void {
	show(find("#replying"), about !== undefined);
	if (!about) return;
	const isEdit = about.kind === "edit";
	const { name, erased } = about.message;
	const text = erased ? t("quote.deleted") : about.message.text;
	const words = isEdit
		? [t("edit")]
		: nodes("composer.reply", { name: nameTag(name) });
	find("#replying-not").ariaLabel = isEdit
		? t("composer.not-edit")
		: t("composer.not-reply");
	const begun = make("bdi", "", onOneLine(text).slice(0, MOST_QUOTED));
	find("#replying-words").replaceChildren(...words, ": ", begun);
}

/** What becomes of it when something is said of a message, which need not be in the window. Who edits goes on from the words that they began with, unless it has those in the field by now. */
export function aboutAfter(
	about: About | undefined,
	change: Change,
	text: string,
) {
	const message = about && changed(about.message, change);
	if (!about || !message || message === about.message) return about;
	const now = { ...about, message };
	showReplyBar(now);
	if (about.kind === "reply") return now;
	return change.kind === "edited" && message.text === text ? undefined : about;
}
