/** Draws one message: its writer, its time, its text and its buttons. */

import type { Said } from "../machines/message.ts";
import { make } from "./element.ts";
import type { Aside, Notice } from "./frames.ts";
import { messageTools, reactionsElement } from "./message-tools.ts";
import type { Page } from "./page.ts";
import { avatar, nameTag } from "./person.ts";
import { isOnlyEmoji, textNodes } from "./text.ts";
import { clock, exact, timeElement } from "./time-element.ts";
import { nodes, t } from "./words.ts";

/** A text of more lines than these is folded. */
const MOST_LINES = 30;
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

/** The text, and if it is long a button that unfolds it. */
function textElements(
	text: string,
	isMine: (name: string) => boolean,
): HTMLElement[] {
	// Emoji have no direction of their own.
	const [look, dir] = isOnlyEmoji(text) ? [" emoji", ""] : ["", "auto"];
	const properties = { className: `line${look}`, dir };
	const body = make("div", properties, ...textNodes(text, isMine));
	if (text.split(LINE_BREAK).length <= MOST_LINES) return [body];
	body.classList.add("long");
	const more = { tabIndex: -1, className: "link more" };
	return [body, make("button", more, t("message.all"))];
}

/** What a blocked person said at one time unfolds with its first message. */
function blockedElement(said: readonly HTMLElement[], isContinued: boolean) {
	const words = t("message.blocked");
	const summary = make("summary", { tabIndex: -1 }, words);
	const className = isContinued ? "blocked continued" : "blocked";
	const details = make("details", className, summary, ...said);
	details.ontoggle = () => {
		const below = details.closest(".row")?.nextElementSibling;
		const next = below?.querySelector<HTMLDetailsElement>(".continued");
		if (next) next.open = details.open;
	};
	return details;
}

/** The words about who pinned a message. */
const pinnedBy = (name: string) =>
	nodes("message.pinned", { name: nameTag(name) });

/** That a message was edited, and who pinned it. */
function marksOf({ edited, pinned }: Said): HTMLElement[] {
	const at = edited === undefined ? "" : exact.format(edited);
	const title = t("message.edited-at", { at });
	return [
		...(at
			? [make("span", { className: "label", title }, t("message.edited"))]
			: []),
		...(pinned === undefined
			? []
			: [make("span", "label", ...pinnedBy(pinned))]),
	];
}

const labels = { aside: t("message.aside"), notice: t("message.notice") };

/** A message that waits to be sent is in no room yet. */
type Waiting = Pick<Said, "kind" | "name" | "text" | "time" | "replyTo">;

/** `isContinued` leaves the name out, because the message above has it. */
export function messageElement(
	message: Aside | Notice | Said | Waiting,
	isContinued: boolean,
	page: Page,
): HTMLElement {
	const { kind, name, time } = message;
	const isMine = kind === "said" && page.isOwn(name);
	const article = make("article", kind);
	article.ariaLabel = `${name}, ${clock.format(time)}`;
	if (isContinued) article.append(timeElement(time));
	else {
		const label = isMine ? t("you") : kind === "said" ? "" : labels[kind];
		const tags = label ? [make("span", "label", label)] : [];
		article.classList.add("first");
		const head = [nameTag(name), ...tags, timeElement(time)];
		article.append(avatar(name), make("header", "", ...head));
	}
	if (kind === "said" && "epoch" in message)
		article.dataset.offset = `${message.offset}`;
	if ("erased" in message && message.erased) {
		article.append(make("p", "line erased", t("message.deleted")));
		return article;
	}
	const { replyTo } = { replyTo: undefined, ...message };
	if (replyTo !== undefined)
		article.append(page.quotes.element(replyTo, page.lineAt));
	const said = textElements(
		message.text,
		(called) => !isMine && page.isOwn(called),
	);
	const isBlocked = kind === "said" && page.isBlocked(name);
	if (isBlocked) article.append(blockedElement(said, isContinued));
	else article.append(...said);
	if (kind === "said" && "epoch" in message) {
		if (!isBlocked) article.append(...marksOf(message));
		article.append(...reactionsElement(message, page));
		article.append(messageTools(message, page));
	}
	const isOthers = !isMine && !isBlocked && kind === "said";
	if (isOthers && page.isMentioned(message.text))
		article.classList.add("mention");
	return article;
}
