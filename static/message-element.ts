/** Draws one message: its writer, its time, its text and its buttons. */

import type { Said } from "../machines/message.ts";
import { make } from "./element.ts";
import { eraseOne } from "./erase.ts";
import type { Aside, Notice } from "./frames.ts";
import type { Page } from "./page.ts";
import { avatar, nameTag } from "./person.ts";
import { MENU, openMenu } from "./person-menu.ts";
import { isOnlyEmoji, mentions, textNodes } from "./text.ts";

/** A text of more lines than these is folded. */
const MOST_LINES = 30;
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

/** The buttons of the timeline share one tab stop. */
const BUTTON = { type: "button", tabIndex: -1 } as const;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, {
	dateStyle: "full",
	timeStyle: "medium",
});

/** Short on the screen; exact as a tooltip, and for screen readers. */
export function timeElement(time: number): HTMLElement {
	const [dateTime, title] = [new Date(time).toISOString(), exact.format(time)];
	return make(
		"time",
		{ dateTime, title },
		make("span", { ariaHidden: "true" }, clock.format(time)),
		make("span", "visually-hidden", title),
	);
}

/** The text, and if it is long a button that unfolds it. */
function textElements(text: string, me: string): HTMLElement[] {
	const properties = { className: "line", dir: "auto" };
	const body = make("div", properties, ...textNodes(text, me));
	if (isOnlyEmoji(text)) body.classList.add("emoji");
	if (text.split(LINE_BREAK).length <= MOST_LINES) return [body];
	body.classList.add("long");
	const more = { ...BUTTON, className: "link more" };
	return [body, make("button", more, "Show all")];
}

/** The button at a message: for one's own to delete it, else for the menu. */
function tool(message: Said, page: Page, isMine: boolean): HTMLElement {
	const title = isMine ? "Delete this message" : MENU;
	const ariaHasPopup = isMine ? null : "dialog";
	const names = { title, ariaLabel: title, ariaHasPopup };
	const className = isMine ? "tool delete" : "tool";
	const onclick = isMine
		? () => void eraseOne(message, page)
		: () => openMenu(page, message.name, message);
	const properties = { ...BUTTON, ...names, className, onclick };
	return make("button", properties, isMine ? "×" : "···");
}

function replyTool(message: Said, page: Page): HTMLElement {
	const title = "Reply";
	const onclick = () => page.reply(message);
	const names = { title, ariaLabel: title, className: "tool reply", onclick };
	return make("button", { ...BUTTON, ...names }, "“");
}

/** What a blocked person said at one time unfolds with its first message. */
function blockedElement(said: readonly HTMLElement[], isContinued: boolean) {
	const words = "You blocked this person";
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

const labels = { aside: "only you see this", notice: "notice" };

/** A message that waits to be sent is in no room yet. */
type Waiting = Pick<Said, "kind" | "name" | "text" | "time" | "replyTo">;

/** `isContinued` leaves the name out, because the message above has it. */
export function messageElement(
	message: Aside | Notice | Said | Waiting,
	isContinued: boolean,
	page: Page,
): HTMLElement {
	const { kind, name, time } = message;
	const me = page.name;
	const isMine = kind === "said" && name === me;
	const article = make("article", kind);
	article.ariaLabel = `${name}, ${clock.format(time)}`;
	if (isContinued) article.append(timeElement(time));
	else {
		const label = isMine ? "you" : kind === "said" ? "" : labels[kind];
		const tags = label ? [make("span", "label", label)] : [];
		article.classList.add("first");
		const head = [nameTag(name), ...tags, timeElement(time)];
		article.append(avatar(name), make("header", "", ...head));
	}
	if ("erased" in message && message.erased) {
		article.append(make("p", "line erased", "This message was deleted."));
		return article;
	}
	const { replyTo } = { replyTo: undefined, ...message };
	if (replyTo !== undefined)
		article.append(page.quotes.element(replyTo, page.lineAt));
	const said = textElements(message.text, isMine ? "" : me);
	const isBlocked = kind === "said" && page.isBlocked(name);
	if (isBlocked) article.append(blockedElement(said, isContinued));
	else article.append(...said);
	if (kind === "said" && "epoch" in message) {
		article.dataset.offset = `${message.offset}`;
		article.append(replyTool(message, page), tool(message, page, isMine));
	}
	if (!isMine && !isBlocked && kind === "said" && mentions(message.text, me))
		article.classList.add("mention");
	return article;
}
