/**
 * One row of the timeline: a line, below whatever the line before it makes
 * necessary: a new day, the mark where the reader left, a head with the name.
 * What the server says of the room looks unlike anything a person can type.
 */

import type { SystemLine } from "../machines/message.ts";
import { dayOf, didOf, isComing, summary } from "./comings.ts";
import { make } from "./element.ts";
import type { Line } from "./frames.ts";
import { avatar, nameTag } from "./person.ts";
import { isOnlyEmoji, mentions, textNodes } from "./text.ts";

/** Lines of one person further apart than this are shown apart. */
const PAUSE_MS = 5 * 60_000;

/** A text of more lines than these is folded. */
const MOST_LINES = 30;
/** All that makes a new line. */
const BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

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

/** Whether someone says one thing more; who comes and goes meanwhile does not interrupt them. */
export function continues(
	line: { kind: string; name: string; time: number },
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
	const body = make("div", "line", ...textNodes(text, me));
	body.dir = "auto";
	if (isOnlyEmoji(text)) body.classList.add("emoji");
	if (text.split(BREAK).length <= MOST_LINES) return [body];
	body.classList.add("long");
	return [body, button("link more", "Show all")];
}

/** One of those in the timeline, which share one tab stop. */
function button(className: string, words: string): HTMLElement {
	const made = make("button", className, words);
	made.setAttribute("type", "button");
	made.tabIndex = -1;
	return made;
}

/** Only its writer can take a line back. */
function deleteButton(offset: number): HTMLElement {
	const made = button("delete", "×");
	made.dataset.offset = String(offset);
	made.title = made.ariaLabel = "Delete this message";
	return made;
}

function coming(line: SystemLine, tag: string, className: string) {
	return make(
		tag,
		className,
		nameTag(line.name),
		` ${didOf(line)} `,
		timeOf(line),
	);
}

/** Who came and went, in a line; one by one once it is opened. */
function comingsNode(comings: readonly SystemLine[]): HTMLElement {
	const [first, ...more] = comings;
	if (first && more.length === 0) return coming(first, "p", "system");
	const told = summary(comings).flatMap(({ names, others, did }, at) => [
		at > 0 ? " · " : "",
		...names.flatMap((name, nth) => {
			const isLast = nth > 0 && nth === names.length - 1 && others === 0;
			return [isLast ? " and " : nth > 0 ? ", " : "", nameTag(name)];
		}),
		others > 0 ? ` and ${others} others ${did}` : ` ${did}`,
	]);
	const heading = make("summary", "", ...told);
	heading.tabIndex = -1;
	const all = make("details", "system", heading);
	const list = () => comings.map((line) => coming(line, "p", ""));
	all.addEventListener("toggle", () => all.append(...list()), { once: true });
	return all;
}

/** What stands above the first line of several, and beside it. */
function headed(name: string, ...more: readonly Node[]): HTMLElement[] {
	return [avatar(name), make("header", "", nameTag(name), ...more)];
}

const label = (words: string) => make("span", "label", words);

/** A line that its writer, and nobody else, sees already. */
export function unsaidRow(text: string, name: string, isFirst: boolean) {
	const article = make("article", "said");
	if (isFirst) article.append(...headed(name, label("you")));
	article.classList.toggle("first", isFirst);
	article.append(...bodyOf(text, ""));
	return article;
}

export interface Around {
	readonly me: string;
	/** The last line above, and the last there that somebody said. */
	readonly previous: Line | undefined;
	readonly said: Line | undefined;
	/** What came since the reader left begins here. */
	readonly isFirstNew: boolean;
}

/** A line, or the comings and goings that stand together; of none of them nothing is seen. */
export function row(lines: readonly Line[], around: Around): HTMLElement {
	const { me, previous, said, isFirstNew } = around;
	const rows = make("div", "row");
	const [line] = lines;
	if (!line) return rows;
	const sameDay = previous && dayOf(previous) === dayOf(line);
	if (!sameDay) rows.append(make("h2", "day", calendar.format(line.time)));
	if (isFirstNew) rows.append(make("p", "since", "New since you left"));
	if (line.kind === "notice") {
		rows.append(make("p", "system", line.text));
	} else if (isComing(line)) {
		rows.append(comingsNode(lines.filter(isComing)));
	} else {
		const mine = line.kind === "said" && line.name === me;
		const labels = line.kind === "aside" ? ["only you see this"] : ["you"];
		const article = make("article", line.kind);
		article.ariaLabel = `${line.name}, ${clock.format(line.time)}`;
		if (sameDay && !isFirstNew && continues(line, said)) {
			article.append(timeOf(line));
		} else {
			const shown = mine || line.kind === "aside" ? labels.map(label) : [];
			article.classList.add("first");
			article.append(...headed(line.name, ...shown, timeOf(line)));
		}
		if (line.kind === "said" && line.erased) {
			article.append(make("p", "line erased", "This message was deleted."));
		} else article.append(...bodyOf(line.text, mine ? "" : me));
		if (line.kind === "said" && !line.erased) {
			if (mine) article.append(deleteButton(line.offset));
			else if (mentions(line.text, me)) article.classList.add("mention");
		}
		rows.append(article);
	}
	return rows;
}
