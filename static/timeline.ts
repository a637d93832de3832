/**
 * The timeline: a window of lines of the room, in order. It grows at its end
 * with what is said and at either end with pages of history, and drops what is
 * far from the reader, so that the document stays small.
 */

import type { Item, Said } from "../machines/message.ts";
import { changed, isChange } from "../machines/relations.ts";
import { Autoscroll } from "./autoscroll.ts";
import { find } from "./element.ts";
import type { Line, RoomLine } from "./frames.ts";
import { groupLines, isMembership, withoutExtraTabs } from "./membership.ts";
import type { Page } from "./page.ts";
import type { PeoplePanel } from "./people.ts";
import { continues, isTalk, rowsOf } from "./row.ts";
import { rowList } from "./row-list.ts";

/** Rows at most; up to twice as many while the reader is away from the end. */
const MOST_ROWS = 300;
/** Comings and goings of one row, of which there may be any number. */
const MOST_TOGETHER = 500;

const offsetOf = (line: RoomLine | undefined) =>
	line && "offset" in line ? line.offset : 0;
const hasOffset = (line: RoomLine) => offsetOf(line) > 0;

const visible = (items: readonly Item[]) =>
	items.flatMap((item) => (isChange(item) ? [] : item));

export class Timeline {
	readonly autoscroll = new Autoscroll();
	/** The position of the room's latest line; undefined while it has none. */
	latest: Pick<Item, "epoch" | "offset" | "time"> | undefined;
	/** The window's first offset. */
	from = 0;
	/** Everything missed has arrived, and what comes now is new. */
	isLive = false;
	readonly #empty = find("#quiet");
	readonly #outbox = find("#outbox");
	readonly #page: Page;
	readonly #people: PeoplePanel;
	readonly #rows = rowList(this.autoscroll);
	#lines: readonly Line[] = [];
	/** Messages after this offset are unread; 0 marks nothing. */
	#lastRead = 0;
	/** The offset of the line with the mark, or 0. */
	#firstUnread = 0;

	constructor(page: Page, people: PeoplePanel) {
		this.#page = page;
		this.#people = people;
	}

	/** The window's last offset. */
	get to(): number {
		return offsetOf(this.#lines.findLast(hasOffset));
	}

	/** The line at an offset, if it is in the window. */
	lineAt(offset: number): Line | undefined {
		return this.#lines.find((line) => offsetOf(line) === offset);
	}

	/** Adds a new line; false if it is a duplicate. */
	add(line: RoomLine): boolean {
		if ("offset" in line) {
			const { epoch, offset, time } = line;
			const { latest } = this;
			if (epoch === latest?.epoch && offset <= latest.offset) return false;
			this.latest = { epoch, offset, time };
			this.from ||= offset;
		}
		if (isChange(line)) {
			const lines = this.#lines.map((each) => changed(each, line));
			this.#rows.anchored(() => this.#show(lines));
			return true;
		}
		const { isFollowing } = this.autoscroll;
		const isFull = this.#rows.length >= 2 * MOST_ROWS;
		if (isFull && !isFollowing) this.autoscroll.setDetached(true);
		if (!this.autoscroll.isDetached) {
			const lines = [...this.#lines, line];
			this.#show(isFollowing ? this.#last(MOST_ROWS, lines) : lines);
		}
		if (this.isLive && this.#isTalk(line)) this.autoscroll.countUnread();
		return true;
	}

	/** Starts anew: for another person or room, or after a gap. */
	clear(): void {
		this.latest = undefined;
		this.from = this.#firstUnread = 0;
		this.isLive = false;
		this.#show([]);
		this.autoscroll.setDetached(false);
		this.autoscroll.jump();
	}

	caughtUp(): void {
		this.isLive = true;
		this.#show(this.#lines);
		if (this.autoscroll.isFollowing) this.autoscroll.jump();
	}

	/** Draws every line anew: other people are blocked now. */
	redraw(): void {
		const lines = this.#lines;
		const marked = lines.find((line) => offsetOf(line) === this.#firstUnread);
		if (marked && !this.#isUnread(marked)) this.#firstUnread = 0;
		this.#rows.anchored(() => {
			this.#rows.redraw(this.#page);
			this.#show(lines);
		});
	}

	/** The members are known anew. */
	updateMembers(): void {
		this.#rows.anchored(() => this.#show(this.#lines));
	}

	/** Puts a page before the first row. */
	prepend(page: readonly Item[]): void {
		this.#rows.anchored(() => {
			this.from = offsetOf(page[0]) || this.from;
			const rows = groupLines([...visible(page), ...this.#lines]);
			if (rows.length > 2 * MOST_ROWS) this.autoscroll.setDetached(true);
			this.#show(rows.slice(0, 2 * MOST_ROWS).flat());
		});
	}

	/** Puts a page after the last row; `isEnd` if there is nothing after it. */
	append(page: readonly Item[], isEnd: boolean): void {
		const lines = [...this.#lines, ...visible(page)];
		this.#rows.anchored(() => this.#show(this.#last(2 * MOST_ROWS, lines)));
		this.autoscroll.setDetached(!isEnd);
	}

	/** Moves the window to the latest page. */
	replace(page: readonly Item[], isEnd: boolean): void {
		this.from = offsetOf(page[0]);
		this.#lines = [];
		this.append(page, isEnd);
		this.autoscroll.jump();
	}

	/** Shows the message at an offset, and gives it the focus, unless the reader is writing; false if it is not in the window, or another one, of another time. */
	show(offset: number, time = this.lineAt(offset)?.time): boolean {
		const found = find("#log").querySelector(`[data-offset="${offset}"]`);
		const isThere = time === this.lineAt(offset)?.time;
		if (!(found instanceof HTMLElement && isThere)) return false;
		found.tabIndex = -1;
		const isWriting = ":focus:not(:placeholder-shown)";
		if (!find("#text").matches(isWriting)) found.focus({ preventScroll: true });
		found.scrollIntoView({ block: "center" });
		this.autoscroll.settle();
		return true;
	}

	/** How many messages there are from an offset on: where the window ends before the room, rather too many than too few. */
	saidFrom(offset: number): number {
		if (this.autoscroll.isDetached)
			return (this.latest?.offset ?? offset) - offset + 1;
		return this.#lines.filter(
			(line) => line.kind === "said" && line.offset >= offset,
		).length;
	}

	/** Marks the first message after `offset`; 0 removes the mark. */
	markAfter(offset: number): void {
		this.#lastRead = offset;
		this.#firstUnread = 0;
		this.#show(this.#lines);
	}

	/** The reader is back, and begins at the mark. Without one, what comes from now on is read as it comes. */
	showUnread(): void {
		if (this.#firstUnread === 0) this.#lastRead = 0;
		const marked = this.#rows.firstUnread();
		if (marked) this.autoscroll.startAt(marked);
	}

	/** The reader's last message that was not deleted. */
	lastOwn(): Said | undefined {
		return this.#lines.findLast(
			(line): line is Said =>
				line.kind === "said" && this.#page.isOwn(line.name) && !line.erased,
		);
	}

	/** Who spoke, the latest first. */
	speakers(): readonly string[] {
		return this.#lines
			.flatMap((line) => (line.kind === "said" ? line.name : []))
			.reverse();
	}

	/** The lines of the last `most` rows, or the last lines of a long one; the window begins there. */
	#last(most: number, lines: readonly Line[]): readonly Line[] {
		const rows = groupLines(lines);
		const last = rows.slice(-most);
		// What a long row has lost is not loaded again.
		if (last.length < rows.length)
			this.from = offsetOf(last.flat().find(hasOffset));
		return last.flatMap((row) => row.slice(-MOST_TOGETHER));
	}

	/** Whether a reader wants to hear of it. */
	#isTalk(line: Line): boolean {
		const isBlocked = "name" in line && this.#page.isBlocked(line.name);
		return !isMembership(line) && !isBlocked;
	}

	#isUnread(line: Line): boolean {
		if (this.#lastRead === 0 || line.kind !== "said") return false;
		const isOthers = !this.#page.isOwn(line.name) && this.#isTalk(line);
		return isOthers && line.offset > this.#lastRead;
	}

	#show(lines: readonly Line[]): void {
		const { name } = this.#page;
		this.#lines = lines;
		const isEmpty = !lines.some(({ kind }) => /said|notice|closed/.test(kind));
		this.#empty.hidden = !(this.isLive && isEmpty);
		const first = offsetOf(lines.find((line) => this.#isUnread(line)));
		if (first > 0 && (this.#firstUnread === 0 || first < this.#firstUnread))
			this.#firstUnread = first;
		// A detached window ends before now, so the members say nothing about it.
		const members = this.autoscroll.isDetached ? [] : this.#people.members();
		const shown = withoutExtraTabs(lines, members);
		this.#rows.draw(rowsOf(shown, this.#firstUnread), this.#page);
		// Pending lines are drawn without a name where the same writer's message is above.
		const pending = { kind: "said", name, time: Date.now() };
		const isContinued = continues(pending, lines.findLast(isTalk));
		this.#outbox.classList.toggle("continues", isContinued);
	}
}
