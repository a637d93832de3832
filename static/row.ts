/**
 * One row of the timeline: a line, below whatever the line before it makes
 * necessary: a new day, the mark where the reader left, a head with the name.
 * What the server says of the room looks unlike anything a person can type.
 */

import { make } from "./element.ts";
import type { Aside, Line, Said } from "./frames.ts";
import { avatar, nameTag } from "./person.ts";
import { isOnlyEmoji, mentions, textNodes } from "./text.ts";

/** Lines of one person further apart than this are shown apart. */
const PAUSE_MS = 5 * 60_000;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const exact = new Intl.DateTimeFormat(undefined, {
	dateStyle: "full",
	timeStyle: "medium",
});

/** Short to look at; exact to point at, and to listen to. */
function timeOf({ time }: Line): HTMLElement {
	const short = make("span", "", clock.format(time));
	short.ariaHidden = "true";
	const mark = document.createElement("time");
	mark.dateTime = new Date(time).toISOString();
	mark.title = exact.format(time);
	mark.append(short, make("span", "unseen", mark.title));
	return mark;
}

const dayOf = ({ time }: Line) => new Date(time).toDateString();

function continues(line: Line, previous: Line): boolean {
	return (
		"name" in line &&
		"name" in previous &&
		previous.kind === line.kind &&
		previous.name === line.name &&
		line.time - previous.time < PAUSE_MS
	);
}

function bodyOf(line: Said | Aside, me: string): HTMLElement {
	if (line.kind === "said" && line.erased) {
		return make("p", "line erased", "This message was deleted.");
	}
	const body = make("div", "line", ...textNodes(line.text, me));
	body.dir = "auto";
	if (isOnlyEmoji(line.text)) body.classList.add("emoji");
	return body;
}

/** Only its writer can take a line back. */
function deleteButton(offset: number): HTMLButtonElement {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "delete";
	button.dataset.offset = String(offset);
	button.tabIndex = -1;
	button.title = button.ariaLabel = "Delete this message";
	button.textContent = "×";
	return button;
}

export interface Around {
	readonly me: string;
	readonly previous: Line | undefined;
	/** What came since the reader left begins here. */
	readonly isFirstNew: boolean;
}

export function row(line: Line, { me, previous, isFirstNew }: Around) {
	const rows = make("div", "row");
	const sameDay = previous && dayOf(previous) === dayOf(line);
	if (!sameDay) rows.append(make("h2", "day", calendar.format(line.time)));
	if (isFirstNew) rows.append(make("p", "since", "New since you left"));
	if (line.kind === "notice") {
		rows.append(make("p", "system", line.text));
	} else if (line.kind !== "said" && line.kind !== "aside") {
		const did = ` ${line.kind} `;
		rows.append(make("p", "system", nameTag(line.name), did, timeOf(line)));
	} else {
		const mine = line.kind === "said" && line.name === me;
		const label = line.kind === "aside" ? "only you see this" : "you";
		const article = make("article", line.kind);
		if (sameDay && !isFirstNew && continues(line, previous)) {
			article.append(timeOf(line));
		} else {
			const head = make("header", "", nameTag(line.name));
			if (mine || line.kind === "aside")
				head.append(make("span", "label", label));
			head.append(timeOf(line));
			article.classList.add("first");
			article.append(avatar(line.name), head);
		}
		article.append(bodyOf(line, mine ? "" : me));
		if (line.kind === "said" && !line.erased) {
			if (mine) article.append(deleteButton(line.offset));
			else if (mentions(line.text, me)) article.classList.add("mention");
		}
		rows.append(article);
	}
	return rows;
}
