/**
 * The rows in the document. Only rows that changed are drawn anew, and what
 * the reader looks at stays where it is while rows above it come and go.
 */

import { type Autoscroll, unfold } from "./autoscroll.ts";
import { find, make } from "./element.ts";
import type { Line } from "./frames.ts";
import type { Page } from "./page.ts";
import { isSameRow, type Row, rowElement } from "./row.ts";

interface Drawn {
	row: Row;
	element: HTMLElement;
}

/** Identifies a line even after its text was erased. */
const keyOf = (line: Line) =>
	"offset" in line ? `${line.epoch} ${line.offset}` : line;

const bottomOf = ({ element }: Drawn) => element.getBoundingClientRect().bottom;

export function rowList(autoscroll: Autoscroll) {
	const room = find("#room");
	const log = find("#log");
	let shown: readonly Drawn[] = [];
	return {
		get length(): number {
			return shown.length;
		},
		firstUnread: () => shown.find(({ row }) => row.isFirstUnread)?.element,
		draw(rows: readonly Row[], page: Page): void {
			const known = new Map<unknown, Drawn>();
			for (const drawn of shown)
				for (const line of drawn.row.lines) known.set(keyOf(line), drawn);
			const drawn = rows.map((row): Drawn => {
				const before = row.lines.map((line) => known.get(keyOf(line)));
				const old = before.find((each) => each);
				const now = old ?? { row, element: make("div", "row") };
				if (!old || !isSameRow(row, old.row)) redraw(now, row, page);
				now.row = row;
				return now;
			});
			const stay = new Set(drawn);
			for (const old of shown) if (!stay.has(old)) old.element.remove();
			drawn.forEach(({ element, row }, at) => {
				const there = log.children[at] ?? null;
				if (there === element) return;
				log.insertBefore(element, there);
				// What a blocked person goes on to say is as open as the row above.
				const above = row.isContinued ? drawn[at - 1]?.element : undefined;
				if (above?.querySelector(".blocked[open]"))
					element.querySelector(".blocked")?.toggleAttribute("open", true);
			});
			shown = drawn;
		},
		/** Draws every row anew. */
		redraw(page: Page): void {
			for (const drawn of shown) redraw(drawn, drawn.row, page);
		},
		/** Makes a change while the latest line, or the end of the topmost visible row, stays in its position. */
		anchored(change: () => void): void {
			const { top } = room.getBoundingClientRect();
			const anchor = shown.find((each) => bottomOf(each) > top);
			const bottom = anchor ? bottomOf(anchor) : 0;
			change();
			if (autoscroll.isFollowing) autoscroll.jump();
			else if (anchor?.element.isConnected)
				room.scrollTop += bottomOf(anchor) - bottom;
			autoscroll.measure();
		},
	};
}

function redraw(drawn: Drawn, row: Row, page: Page): void {
	const { element: old } = drawn;
	drawn.element = rowElement(row, page);
	const isOpen = old.querySelector("details[open]") !== null;
	drawn.element.querySelector("details")?.toggleAttribute("open", isOpen);
	const { activeElement } = document;
	const focused = old.contains(activeElement) ? activeElement : null;
	const isChosen = old.querySelector(".chosen") !== null;
	drawn.element.querySelector("article")?.classList.toggle("chosen", isChosen);
	const isUnfolded = old.querySelector(".line") && !old.querySelector(".more");
	const more = drawn.element.querySelector(".more");
	if (isUnfolded && more) unfold(more);
	old.replaceWith(drawn.element);
	if (!(focused instanceof HTMLElement)) return;
	const isButton = focused.matches("button");
	const buttons = [...drawn.element.querySelectorAll("button")];
	// A reaction has another count now, and perhaps other names.
	const [sign = ""] = focused.innerText.split(" ");
	const same = buttons.find(
		(button) =>
			(focused.title !== "" && button.title === focused.title) ||
			(isButton && sign !== "" && button.innerText.startsWith(sign)),
	);
	const next =
		same ?? drawn.element.querySelector<HTMLElement>(":is(article,summary)");
	// An article takes the focus only with this; the list makes it its tab stop.
	if (next) next.tabIndex = -1;
	next?.focus({ preventScroll: true });
}
