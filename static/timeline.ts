/**
 * The timeline: a window on what the room said, in order. It grows at the end
 * as people speak and at either end by pages of history; what is far from the
 * reader is let go, so that the document stays small, and nothing that comes
 * or goes above them moves what they read.
 */

import { areTogether, folded, isComing, ofPeople } from "./comings.ts";
import { find, make } from "./element.ts";
import type { follower } from "./follow.ts";
import type { Erased, Line, Member, Placed, RoomLine } from "./frames.ts";
import { continues, row } from "./row.ts";

/** Rows at most; a reader away from the end is spared the cut for as many again. */
export const ROWS_KEPT = 300;

/** One line, or the comings and goings between two. */
interface Row {
	lines: readonly Line[];
	element: HTMLElement;
}

/** A line as an erasure leaves it: the text goes, the place stays. */
export function without<L extends RoomLine>(line: L, erased: Erased): L {
	if (line.kind !== "said" || line.epoch !== erased.epoch) return line;
	const { from, through } = erased;
	const isBetween = from <= line.offset && line.offset <= through;
	const isTheirs = line.name === erased.name && isBetween;
	const isMeant = isTheirs || line.offset === erased.target;
	return isMeant ? { ...line, text: "", erased: true } : line;
}

const offsetOf = (line: RoomLine | undefined) =>
	line && "offset" in line ? line.offset : 0;

const isTalk = (line: Line) => line.kind === "said" || line.kind === "aside";

export function timeline(
	follow: ReturnType<typeof follower>,
	myName: () => string,
	members: () => Iterable<Member>,
) {
	const room = find("#room", HTMLElement);
	const log = find("#log", HTMLElement);
	const quiet = find("#quiet", HTMLElement);
	const outbox = find("#outbox", HTMLElement);
	const rows: Row[] = [];
	/** The comings and goings that are of people, not of one more tab. */
	let ofPeopleOnly: ReadonlySet<Line> = new Set();
	/** The last that happened in the room, and the first that the window reaches. */
	let newest = { epoch: "", offset: 0, time: 0 };
	let from = 0;
	let isLive = false;
	/** What stands after `left` was not seen; the first of it in the window is marked. */
	let left = 0;
	let marked = 0;

	const lines = () => rows.flatMap((each) => each.lines);
	const isSeen = (line: Line) => !isComing(line) || ofPeopleOnly.has(line);
	const rowWith = (offset: number) =>
		rows.find((each) => each.lines.some((line) => offsetOf(line) === offset));

	/** The last line above a row of which that is true. */
	function above(at: number, isWanted: (line: Line) => boolean) {
		for (let before = at - 1; before >= 0; before -= 1) {
			const found = rows[before]?.lines.findLast(isWanted);
			if (found) return found;
		}
		return undefined;
	}

	function isNews(line: Line): boolean {
		return left > 0 && line.kind === "said" && line.name !== myName()
			? line.offset > left
			: false;
	}

	/** Shows rows anew that have other lines, and what stands below them, up to the next that was said. */
	function draw(...stale: (Row | undefined)[]) {
		const anew = new Set(stale);
		let isBelow = false;
		rows.forEach((each, at) => {
			if (!anew.has(each) && !isBelow) return;
			isBelow = anew.has(each) || !each.lines.some(isTalk);
			const old = each.element;
			each.element = row(each.lines.filter(isSeen), {
				...{ me: myName(), previous: above(at, isSeen) },
				said: above(at, isTalk),
				isFirstNew: marked > 0 && offsetOf(each.lines[0]) === marked,
			});
			const isOpen = old.querySelector("details[open]") !== null;
			each.element.querySelector("details")?.toggleAttribute("open", isOpen);
			old.replaceWith(each.element);
		});
		lookForOwn();
	}

	/** What waits to be said stands where it will: below its writer's lines without a head of its own. */
	function lookForOwn() {
		const own = { kind: "said", name: myName(), time: Date.now() };
		const isMine = continues(own, above(rows.length, isTalk));
		outbox.classList.toggle("continues", isMine);
	}

	/** Who has come and gone, as far as it is known by now; answers which rows say so. */
	function recount(): Row[] {
		const was = ofPeopleOnly;
		const inside = follow.isAdrift() ? [] : members();
		ofPeopleOnly = new Set(ofPeople(lines(), inside));
		const isOther = (line: Line) => was.has(line) !== ofPeopleOnly.has(line);
		return rows.filter((each) => each.lines.some(isOther));
	}

	/** At the start or at the end. */
	function insert(at: number, more: readonly Line[]) {
		const was = marked;
		const first = offsetOf(more.find(isNews));
		if (first > 0 && (was === 0 || first < was)) marked = first;
		const fresh: Row[] = folded(more).map((some) => {
			return { lines: some, element: make("div", "row") };
		});
		const [before, after] = [rows[at - 1], rows[at]];
		const [head, tail] = [fresh[0], fresh.at(-1)];
		if (before && head && areTogether(before.lines.at(-1), head.lines[0])) {
			before.lines = [...before.lines, ...head.lines];
			fresh.shift();
		} else if (
			after &&
			tail &&
			areTogether(tail.lines.at(-1), after.lines[0])
		) {
			after.lines = [...tail.lines, ...after.lines];
			fresh.pop();
		}
		const all = document.createDocumentFragment();
		all.append(...fresh.map((made) => made.element));
		log.insertBefore(all, after?.element ?? null);
		rows.splice(at, 0, ...fresh);
		const isCounted = more.length > 1 || more.some(isComing);
		draw(...fresh, ...(isCounted ? recount() : []), rows[at + fresh.length]);
		if (was !== marked && was > 0) draw(rowWith(was));
	}

	function drop(start: number, count: number) {
		for (const gone of rows.splice(start, count)) gone.element.remove();
		if (start > 0) return;
		from = offsetOf(lines().find((line) => offsetOf(line) > 0));
		draw(rows[0]);
	}

	/** What the reader looks at stays where it is: the latest line, or a row, whose end moves with its text. */
	function anchored(change: () => void) {
		const { top } = room.getBoundingClientRect();
		const bottom = (at: Row) => at.element.getBoundingClientRect().bottom;
		const anchor = rows.find((each) => bottom(each) > top);
		const was = anchor ? bottom(anchor) : 0;
		change();
		if (follow.isFollowing()) return follow.jump();
		if (anchor?.element.isConnected) room.scrollTop += bottom(anchor) - was;
		follow.measure();
	}

	function erase(erased: Erased) {
		const changed = rows.filter((each) => {
			const was = each.lines;
			each.lines = was.map((line) => without(line, erased));
			return each.lines.some((line, at) => line !== was[at]);
		});
		draw(...changed);
	}

	/** Something new; false if it was heard before. */
	function add(line: RoomLine): boolean {
		if ("offset" in line) {
			const { epoch, offset, time } = line;
			if (epoch === newest.epoch && offset <= newest.offset) return false;
			newest = { epoch, offset, time };
			from ||= offset;
		}
		if (line.kind === "erased") {
			anchored(() => erase(line));
			return true;
		}
		const isFollowing = follow.isFollowing();
		if (rows.length >= 2 * ROWS_KEPT && !isFollowing) follow.leaveEnd(true);
		if (!follow.isAdrift()) insert(rows.length, [line]);
		if (isFollowing && rows.length > ROWS_KEPT) {
			drop(0, rows.length - ROWS_KEPT);
		}
		quiet.hidden ||= line.kind === "said";
		if (isLive && !isComing(line)) follow.grew();
		return true;
	}

	/** Another person, another room, or the same from another point. */
	function clear() {
		log.replaceChildren();
		rows.length = 0;
		newest = { epoch: "", offset: 0, time: 0 };
		from = marked = 0;
		isLive = false;
		quiet.hidden = true;
		follow.leaveEnd(false);
		follow.jump();
	}

	const shown = (lines: readonly Placed[]) =>
		lines.flatMap((line) => (line.kind === "erased" ? [] : line));

	return {
		add,
		clear,
		/** The room's past has been told; what comes now is live. */
		caughtUp() {
			isLive = true;
			if (follow.isFollowing()) follow.jump();
			quiet.hidden = lines().some(({ kind }) => kind === "said");
		},
		lookForOwn,
		/** Others are known to be in than before. */
		recount: () => anchored(() => draw(...recount())),
		isLive: () => isLive,
		/** Nothing until something was read. */
		place: () => (newest.offset > 0 ? newest : undefined),
		/** The offsets that the window reaches from and to. */
		from: () => from,
		to: () => offsetOf(lines().findLast((line) => offsetOf(line) > 0)),
		/** A page that goes before the first row. */
		prepend(lines: readonly Placed[]) {
			anchored(() => {
				from = offsetOf(lines[0]) || from;
				insert(0, shown(lines));
				const spare = rows.length - 2 * ROWS_KEPT;
				if (spare <= 0) return;
				follow.leaveEnd(true);
				drop(rows.length - spare, spare);
			});
		},
		/** A page that goes after the last row. */
		append(lines: readonly Placed[]) {
			anchored(() => {
				insert(rows.length, shown(lines));
				drop(0, Math.max(0, rows.length - 2 * ROWS_KEPT));
			});
			follow.leaveEnd(offsetOf(lines.at(-1)) < newest.offset);
		},
		/** The latest page, wherever the window was. */
		replace(lines: readonly Placed[]) {
			drop(0, rows.length);
			from = offsetOf(lines[0]);
			insert(0, shown(lines));
			follow.leaveEnd(false);
			follow.jump();
		},
		/** What came since the reader left begins here. */
		firstNew: () => (marked > 0 ? rowWith(marked)?.element : undefined),
		/** What is read as it comes is not marked. */
		look() {
			if (marked === 0) left = 0;
		},
		/** From here on is what the reader has not seen; 0 takes the mark away. */
		leave(offset: number) {
			const was = rowWith(marked);
			left = offset;
			marked = 0;
			if (was) draw(was);
		},
		/** Who spoke, the latest first. */
		speakers: () =>
			lines()
				.flatMap((line) => (line.kind === "said" ? line.name : []))
				.reverse(),
	};
}
