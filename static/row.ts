/**
 * One row of the timeline: a line, below whatever the line before it makes
 * necessary: a new day, the mark where the reader left, a head with the name.
 * What the server says of the room looks unlike anything a person can type.
 */

import type { Said, SystemLine } from "../machines/message.ts";
import { dayOf, didOf, folded, isComing, summary } from "./comings.ts";
import { make } from "./element.ts";
import type { Aside, Line } from "./frames.ts";
import { avatar, nameList, nameTag } from "./person.ts";
import { isOnlyEmoji, mentions, textNodes } from "./text.ts";

/** Lines of one person further apart than this are shown apart. */
const PAUSE_MS = 5 * 60_000;

/** A text of more lines than these is folded. */
const MOST_LINES = 30;
/** All that makes a new line. */
const BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

/** Those in the timeline share one tab stop. */
const BUTTON = { type: "button", tabIndex: -1 } as const;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const exact = new Intl.DateTimeFormat(undefined, {
	dateStyle: "full",
	timeStyle: "medium",
});

/** Short to look at; exact to point at, and to listen to. */
function timeOf({ time }: { time: number }): HTMLElement {
	const [dateTime, title] = [new Date(time).toISOString(), exact.format(time)];
	const short = make("span", { ariaHidden: "true" }, clock.format(time));
	return make(
		"time",
		{ dateTime, title },
		short,
		make("span", "visually-hidden", title),
	);
}

/** Whether someone says one thing more; who comes and goes meanwhile does not interrupt them. */
export function continues(
	line: { kind: string; name?: string; time: number },
	previous: Line | undefined,
): boolean {
	return (
		previous !== undefined &&
		"name" in previous &&
		previous.kind === line.kind &&
		dayOf(previous) === dayOf(line) &&
		previous.name === line.name &&
		line.time - previous.time < PAUSE_MS
	);
}

/** What was written, and where that is too long to stand in the way of the rest, a button that shows all of it. */
function bodyOf(text: string, me: string): HTMLElement[] {
	const properties = { className: "line", dir: "auto" };
	const body = make("div", properties, ...textNodes(text, me));
	if (isOnlyEmoji(text)) body.classList.add("emoji");
	if (text.split(BREAK).length <= MOST_LINES) return [body];
	body.classList.add("long");
	return [
		body,
		make("button", { ...BUTTON, className: "link more" }, "Show all"),
	];
}

/** Only its writer can take a line back. */
function deleteButton(offset: number): HTMLElement {
	const words = "Delete this message";
	const properties = { className: "delete", title: words, ariaLabel: words };
	const made = make("button", { ...BUTTON, ...properties }, "×");
	made.dataset.offset = String(offset);
	return made;
}

function coming(line: SystemLine, className = ""): HTMLElement {
	const did = ` ${didOf(line)} `;
	return make("p", className, nameTag(line.name), did, timeOf(line));
}

/** Who came and went, in a line; one by one once it is opened. */
function comingsNode(comings: readonly SystemLine[]): HTMLElement {
	const [first, ...more] = comings;
	if (first && more.length === 0) return coming(first, "system");
	const told = summary(comings).flatMap(({ names, others, did }, at) => [
		at > 0 ? " · " : "",
		...nameList(names, others > 0 ? `${others} others` : ""),
		` ${did}`,
	]);
	const heading = make("summary", { tabIndex: -1 }, ...told);
	const all = make("details", "system", heading);
	const list = () => comings.map((line) => coming(line));
	all.addEventListener("toggle", () => all.append(...list()), { once: true });
	return all;
}

/** One line, or the comings and goings between two. */
export interface Row {
	readonly lines: readonly [Line, ...Line[]];
	readonly isNewDay: boolean;
	/** What came since the reader left begins here. */
	readonly isFirstNew: boolean;
	/** Someone says one thing more, and needs no head. */
	readonly isContinued: boolean;
}

export const isTalk = (line: Line) =>
	line.kind === "said" || line.kind === "aside";

/** The rows that lines stand in; `marked` is the offset that the reader left at. */
export function rowsOf(lines: readonly Line[], marked: number): Row[] {
	let previous: Line | undefined;
	let said: Line | undefined;
	return folded(lines).map((lines) => {
		const [first] = lines;
		const isNewDay = !previous || dayOf(previous) !== dayOf(first);
		const isFirstNew = "offset" in first && first.offset === marked;
		const isContinued = !isNewDay && !isFirstNew && continues(first, said);
		previous = first;
		if (isTalk(first)) said = first;
		return { lines, isNewDay, isFirstNew, isContinued };
	});
}

/** Whether two rows look alike. */
export const isSameRow = (one: Row, other: Row): boolean =>
	one.isNewDay === other.isNewDay &&
	one.isFirstNew === other.isFirstNew &&
	one.isContinued === other.isContinued &&
	one.lines.length === other.lines.length &&
	one.lines.every((line, at) => line === other.lines[at]);

type Message = Aside | Omit<Said, "room" | "epoch" | "client">;

/** What someone said, or is about to, under their name or below what they said before. */
export function message(line: Message, isContinued: boolean, me: string) {
	const isAside = line.kind === "aside";
	const isMine = !isAside && line.name === me;
	const article = make("article", line.kind);
	article.ariaLabel = `${line.name}, ${clock.format(line.time)}`;
	if (isContinued) article.append(timeOf(line));
	else {
		const words = isAside ? "only you see this" : isMine ? "you" : undefined;
		const labels = words ? [make("span", "label", words)] : [];
		article.classList.add("first");
		const head = [nameTag(line.name), ...labels, timeOf(line)];
		article.append(avatar(line.name), make("header", "", ...head));
	}
	if (!isAside && line.erased) {
		article.append(make("p", "line erased", "This message was deleted."));
		return article;
	}
	article.append(...bodyOf(line.text, isMine ? "" : me));
	if (isMine) article.append(deleteButton(line.offset));
	else if (!isAside && mentions(line.text, me))
		article.classList.add("mention");
	return article;
}

export function draw({ lines, ...row }: Row, me: string): HTMLElement {
	const element = make("div", "row");
	const [line] = lines;
	if (row.isNewDay)
		element.append(make("h2", "day", calendar.format(line.time)));
	if (row.isFirstNew) element.append(make("p", "since", "New since you left"));
	if (line.kind === "notice") element.append(make("p", "system", line.text));
	else if (isComing(line)) element.append(comingsNode(lines.filter(isComing)));
	else element.append(message(line, row.isContinued, me));
	return element;
}
