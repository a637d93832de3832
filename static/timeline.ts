/**
 * The timeline: a window on what the room said, in order. It grows at the end
 * as people speak and at either end by pages of history; what is far from the
 * reader is let go, so that the document stays small, and nothing that comes
 * or goes above them moves what they read. The lines are all it knows: rows
 * follow from them, and only those that have changed are drawn anew.
 */

import { without } from "../machines/item.ts";
import type { Item } from "../machines/message.ts";
import type { makeAutoscroll } from "./autoscroll.ts";
import { folded, isComing, ofPeople } from "./comings.ts";
import { find, make } from "./element.ts";
import type { Line, Member, RoomLine } from "./frames.ts";
import { continues, draw, isSameRow, isTalk, type Row, rowsOf } from "./row.ts";

/** Rows at most; a reader away from the end is spared the cut for as many again. */
const MOST_ROWS = 300;

const NOWHERE = { epoch: "", offset: 0, time: 0 };

const offsetOf = (line: RoomLine | undefined) =>
	line && "offset" in line ? line.offset : 0;
const hasOffset = (line: RoomLine) => offsetOf(line) > 0;
const isSaid = ({ kind }: Line) => kind === "said";

const shown = (lines: readonly Item[]) =>
	lines.flatMap((line) => (line.kind === "erased" ? [] : line));

/** What stays the same of a line when its text is erased. */
const keyOf = (line: Line) =>
	"offset" in line ? `${line.epoch} ${line.offset}` : line;

interface Drawn {
	row: Row;
	element: HTMLElement;
}

const bottomOf = ({ element }: Drawn) => element.getBoundingClientRect().bottom;

interface World {
	readonly autoscroll: ReturnType<typeof makeAutoscroll>;
	/** The reader's name. */
	name(): string;
	/** Who is in the room. */
	members(): Iterable<Member>;
}

export class Timeline {
	readonly #room = find("#room", HTMLElement);
	readonly #log = find("#log", HTMLElement);
	readonly #quiet = find("#quiet", HTMLElement);
	readonly #outbox = find("#outbox", HTMLElement);
	readonly #world: World;
	#lines: readonly Line[] = [];
	#drawn: readonly Drawn[] = [];
	/** The last that happened in the room, and the first that the window reaches. */
	#newest = NOWHERE;
	#from = 0;
	#isLive = false;
	/** What stands after `left` was not seen; the first of it is marked. */
	#left = 0;
	#marked = 0;

	constructor(world: World) {
		this.#world = world;
	}

	isLive = () => this.#isLive;
	/** Nothing until something was read. */
	place = () => (this.#newest.offset > 0 ? this.#newest : undefined);
	/** The offsets that the window reaches from and to. */
	from = () => this.#from;
	to = () => offsetOf(this.#lines.findLast(hasOffset));

	/** Something new; false if it was heard before. */
	add(line: RoomLine): boolean {
		const { autoscroll } = this.#world;
		if ("offset" in line) {
			const { epoch, offset, time } = line;
			const newest = this.#newest;
			if (epoch === newest.epoch && offset <= newest.offset) return false;
			this.#newest = { epoch, offset, time };
			this.#from ||= offset;
		}
		if (line.kind === "erased") {
			const lines = this.#lines.map((each) => without(each, line));
			this.#anchored(() => this.#show(lines));
			return true;
		}
		const isFollowing = autoscroll.isFollowing();
		const isFull = this.#drawn.length >= 2 * MOST_ROWS;
		if (isFull && !isFollowing) autoscroll.leaveEnd(true);
		if (!autoscroll.isAdrift()) {
			const lines = [...this.#lines, line];
			this.#show(isFollowing ? this.#latest(lines, MOST_ROWS) : lines);
		}
		if (this.#isLive && !isComing(line)) autoscroll.grew();
		return true;
	}

	/** Another person, another room, or the same from another point. */
	clear(): void {
		const { autoscroll } = this.#world;
		this.#newest = NOWHERE;
		this.#from = this.#marked = 0;
		this.#isLive = false;
		this.#show([]);
		autoscroll.leaveEnd(false);
		autoscroll.jump();
	}

	/** The room's past has been told; what comes now is live. */
	caughtUp(): void {
		const { autoscroll } = this.#world;
		this.#isLive = true;
		this.#show(this.#lines);
		if (autoscroll.isFollowing()) autoscroll.jump();
	}

	/** Others are known to be in than before. */
	recount(): void {
		this.#anchored(() => this.#show(this.#lines));
	}

	/** A page that goes before the first row. */
	prepend(page: readonly Item[]): void {
		this.#anchored(() => {
			this.#from = offsetOf(page[0]) || this.#from;
			const rows = folded([...shown(page), ...this.#lines]);
			if (rows.length > 2 * MOST_ROWS) this.#world.autoscroll.leaveEnd(true);
			this.#show(rows.slice(0, 2 * MOST_ROWS).flat());
		});
	}

	/** A page that goes after the last row. */
	append(page: readonly Item[]): void {
		const lines = [...this.#lines, ...shown(page)];
		this.#anchored(() => this.#show(this.#latest(lines, 2 * MOST_ROWS)));
		this.#world.autoscroll.leaveEnd(
			offsetOf(page.at(-1)) < this.#newest.offset,
		);
	}

	/** The latest page, wherever the window was. */
	replace(page: readonly Item[]): void {
		this.#from = offsetOf(page[0]);
		this.#lines = [];
		this.append(page);
		this.#world.autoscroll.jump();
	}

	/** What came since the reader left begins here. */
	firstNew(): HTMLElement | undefined {
		return this.#drawn.find(({ row }) => row.isFirstNew)?.element;
	}

	/** What is read as it comes is not marked. */
	refresh(): void {
		if (this.#marked === 0) this.#left = 0;
	}

	/** From here on is what the reader has not seen; 0 takes the mark away. */
	leave(offset: number): void {
		this.#left = offset;
		this.#marked = 0;
		this.#show(this.#lines);
	}

	/** Who spoke, the latest first. */
	speakers(): readonly string[] {
		return this.#lines
			.flatMap((line) => (line.kind === "said" ? line.name : []))
			.reverse();
	}

	/** The last rows of these lines. Where that is not all, the window begins there. */
	#latest(lines: readonly Line[], most: number): readonly Line[] {
		const rows = folded(lines);
		if (rows.length <= most) return lines;
		const latest = rows.slice(-most).flat();
		this.#from = offsetOf(latest.find(hasOffset));
		return latest;
	}

	/** Whether the reader has not seen it, and it is not their own. */
	#isNews(line: Line): boolean {
		const { name } = this.#world;
		return (
			this.#left > 0 &&
			line.kind === "said" &&
			line.name !== name() &&
			line.offset > this.#left
		);
	}

	#show(lines: readonly Line[]): void {
		const { autoscroll, name, members } = this.#world;
		this.#lines = lines;
		this.#quiet.hidden = !this.#isLive || lines.some(isSaid);
		const first = offsetOf(lines.find((line) => this.#isNews(line)));
		if (first > 0 && (this.#marked === 0 || first < this.#marked))
			this.#marked = first;
		const comings = ofPeople(lines, autoscroll.isAdrift() ? [] : members());
		const ofPeopleOnly: ReadonlySet<Line> = new Set(comings);
		const seen = lines.filter(
			(line) => !isComing(line) || ofPeopleOnly.has(line),
		);
		this.#draw(rowsOf(seen, this.#marked));
		// What waits to be said stands where it will: below its writer's lines without a head of its own.
		const own = { kind: "said", name: name(), time: Date.now() };
		const isMine = continues(own, lines.findLast(isTalk));
		this.#outbox.classList.toggle("continues", isMine);
	}

	/** Keeps the element of each row that looks as it did. */
	#draw(rows: readonly Row[]): void {
		const known = new Map<unknown, Drawn>();
		for (const drawn of this.#drawn)
			for (const line of drawn.row.lines) known.set(keyOf(line), drawn);
		const drawn = rows.map((row): Drawn => {
			const before = row.lines.map((line) => known.get(keyOf(line)));
			const old = before.find((each) => each);
			const now = old ?? { row, element: make("div", "row") };
			if (!old || !isSameRow(row, old.row)) this.#redraw(now, row);
			now.row = row;
			return now;
		});
		const stay = new Set(drawn);
		for (const old of this.#drawn) if (!stay.has(old)) old.element.remove();
		drawn.forEach(({ element }, at) => {
			const there = this.#log.children[at] ?? null;
			if (there !== element) this.#log.insertBefore(element, there);
		});
		this.#drawn = drawn;
	}

	#redraw(drawn: Drawn, row: Row): void {
		const { element: old } = drawn;
		drawn.element = draw(row, this.#world.name());
		const isOpen = old.querySelector("details[open]") !== null;
		drawn.element.querySelector("details")?.toggleAttribute("open", isOpen);
		old.replaceWith(drawn.element);
	}

	/** What the reader looks at stays where it is: the latest line, or a row, whose end moves with its text. */
	#anchored(change: () => void): void {
		const { autoscroll } = this.#world;
		const { top } = this.#room.getBoundingClientRect();
		const anchor = this.#drawn.find((each) => bottomOf(each) > top);
		const was = anchor ? bottomOf(anchor) : 0;
		change();
		if (autoscroll.isFollowing()) autoscroll.jump();
		else if (anchor?.element.isConnected)
			this.#room.scrollTop += bottomOf(anchor) - was;
		autoscroll.measure();
	}
}
