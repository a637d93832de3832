/**
 * The rows of the timeline: a line, or several membership lines, below what
 * has to stand before it: the day, the mark of what is unread.
 */

import type { Said, SystemLine } from "../machines/message.ts";
import { make } from "./element.ts";
import type { Aside, Line, Notice } from "./frames.ts";
import { dayOf, groupLines, isMembership, summarize } from "./membership.ts";
import { messageElement } from "./message-element.ts";
import type { Page } from "./page.ts";
import { nameList, nameTag } from "./person.ts";
import { timeElement } from "./time-element.ts";
import { locale, nodes, type Param, t } from "./words.ts";

/** Messages of one person further apart than this each have the name. */
const PAUSE_MS = 5 * 60_000;

const calendar = new Intl.DateTimeFormat(locale, { dateStyle: "full" });

export type Row = ReturnType<typeof rowsOf>[number];

export const isTalk = (line: Line): line is Said | Aside | Notice =>
	line.kind === "said" || line.kind === "aside" || line.kind === "notice";

/** Whether a message goes on below the previous one, without its writer's name. */
export function continues(
	line: { kind: string; name?: string; time: number },
	previous: Line | undefined,
): boolean {
	if (!previous || !("name" in previous)) return false;
	const { kind, name, time } = previous;
	const isSame = kind === line.kind && name === line.name;
	if (!isSame || kind === "notice") return false;
	return dayOf(previous) === dayOf(line) && line.time - time < PAUSE_MS;
}

/** The rows of these lines; `firstUnread` is an offset. */
export function rowsOf(lines: readonly Line[], firstUnread: number) {
	let previous: Line | undefined;
	let message: Line | undefined;
	return groupLines(lines).map((lines) => {
		const [first] = lines;
		const isNewDay = !previous || dayOf(previous) !== dayOf(first);
		const isFirstUnread = "offset" in first && first.offset === firstUnread;
		/** The message before it has the same writer's name. The bot's messages share one box, so nothing may stand between them. */
		const above = first.kind === "aside" ? previous : message;
		const isContinued = !isNewDay && !isFirstUnread && continues(first, above);
		previous = first;
		if (isTalk(first)) message = first;
		return { lines, isNewDay, isFirstUnread, isContinued };
	});
}

export const isSameRow = (one: Row, other: Row): boolean =>
	one.isNewDay === other.isNewDay &&
	one.isFirstUnread === other.isFirstUnread &&
	one.isContinued === other.isContinued &&
	one.lines.length === other.lines.length &&
	one.lines.every((line, at) => line === other.lines[at]);

/** `count` people are named by `names`. */
type People = { readonly count: number; readonly names: Param };

/** What each phrase is in the reader's words. */
const SAY = {
	"entered entered": (people: People) => nodes("came", people),
	"left left": (people: People) => nodes("left", people),
	"entered left": (people: People) => nodes("came.left", people),
	"left entered": (people: People) => nodes("left.came", people),
};

function membershipLine(line: SystemLine, className = ""): HTMLElement {
	const words = SAY[`${line.kind} ${line.kind}`]({
		count: 1,
		names: nameTag(line.name),
	});
	return make("p", className, ...words, " ", timeElement(line.time));
}

/** What was done to the room. */
function roomLine(
	line: Extract<Line, { kind: "titled" | "topic" | "closed" }>,
) {
	const name = nameTag(line.name);
	const text = line.kind !== "closed" && line.text;
	const title = make("bdi", "", text || "–");
	const words =
		line.kind === "closed"
			? nodes("room.closed-by", { name })
			: line.kind === "topic"
				? nodes("topic.changed", { name, title })
				: text
					? nodes("room.titled", { name, title })
					: nodes("room.titled-once", { name });
	return make("p", "system", ...words, " ", timeElement(line.time));
}

/** One line, or a summary that unfolds into all of them. */
function membershipElement(lines: readonly SystemLine[]): HTMLElement {
	const [first, ...more] = lines;
	if (first && more.length === 0) return membershipLine(first, "system");
	const words = summarize(lines).flatMap(({ names, others, phrase }, at) => [
		at > 0 ? " · " : "",
		...SAY[phrase]({
			count: names.length + others,
			names: nameList(
				names,
				others > 0 ? t("people.other", { count: others }) : "",
			),
		}),
	]);
	const summary = make("summary", { tabIndex: -1 }, ...words);
	const details = make("details", "system", summary);
	const unfold = () =>
		details.append(...lines.map((line) => membershipLine(line)));
	details.addEventListener("toggle", unfold, { once: true });
	return details;
}

export function rowElement({ lines, ...row }: Row, page: Page): HTMLElement {
	const element = make("div", "row");
	const [line] = lines;
	if (row.isNewDay)
		element.append(make("h2", "day", calendar.format(line.time)));
	if (row.isFirstUnread) element.append(make("p", "since", t("log.since")));
	if (line.kind === "local") element.append(make("p", "system", line.text));
	else if (isMembership(line))
		element.append(membershipElement(lines.filter(isMembership)));
	else if (isTalk(line))
		element.append(messageElement(line, row.isContinued, page));
	else element.append(roomLine(line));
	return element;
}
