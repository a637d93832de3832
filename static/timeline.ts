/**
 * The timeline: a window on what the room said, in order. It grows at the end
 * as people speak and at either end by pages of history; what is far from the
 * reader is let go, so that the document stays small, and nothing that comes
 * or goes above them moves what they read.
 */

import { find } from "./element.ts";
import type { follower } from "./follow.ts";
import type { Erased, Line, Placed, RoomLine } from "./frames.ts";
import { row } from "./row.ts";

/** Rows at most; a reader away from the end is spared the cut for as many again. */
export const ROWS_KEPT = 300;

interface Row {
	line: Line;
	element: HTMLElement;
}

/** A line as an erasure leaves it: the text goes, the place stays. */
export function without<L extends RoomLine>(line: L, erased: Erased): L {
	if (line.kind !== "said" || line.epoch !== erased.epoch) return line;
	const isTheirs = line.name === erased.name && line.offset <= erased.through;
	const isMeant = isTheirs || line.offset === erased.target;
	return isMeant ? { ...line, text: "", erased: true } : line;
}

const offsetOf = (line: RoomLine | undefined) =>
	line && "offset" in line ? line.offset : 0;

export function timeline(
	follow: ReturnType<typeof follower>,
	myName: () => string,
) {
	const room = find("#room", HTMLElement);
	const log = find("#log", HTMLElement);
	const quiet = find("#quiet", HTMLElement);
	const rows: Row[] = [];
	/** The last that happened in the room, and the first that the window reaches. */
	let newest = { epoch: "", offset: 0 };
	let from = 0;
	let isLive = false;
	/** What stands after `left` was not seen; the first of it in the window is marked. */
	let left = 0;
	let marked = 0;

	const element = (line: Line, previous: Line | undefined) =>
		row(line, {
			...{ me: myName(), previous },
			isFirstNew: marked > 0 && offsetOf(line) === marked,
		});

	function isNews(line: Line): boolean {
		return left > 0 && line.kind === "said" && line.name !== myName()
			? line.offset > left
			: false;
	}

	/** Shows a row anew that has got another neighbour, or another line. */
	function again(at: number) {
		const old = rows[at];
		if (!old) return;
		const fresh = element(old.line, rows[at - 1]?.line);
		old.element.replaceWith(fresh);
		old.element = fresh;
	}

	const againAt = (offset: number) =>
		again(
			rows.findIndex(({ line }) => offset > 0 && offsetOf(line) === offset),
		);

	function insert(at: number, lines: readonly Line[]) {
		const was = marked;
		const first = offsetOf(lines.find(isNews));
		if (first > 0 && (was === 0 || first < was)) marked = first;
		const fresh: Row[] = [];
		for (const line of lines) {
			const previous = fresh.at(-1) ?? rows[at - 1];
			fresh.push({ line, element: element(line, previous?.line) });
		}
		const all = document.createDocumentFragment();
		all.append(...fresh.map((made) => made.element));
		log.insertBefore(all, rows[at]?.element ?? null);
		rows.splice(at, 0, ...fresh);
		again(at + fresh.length);
		if (was !== marked) againAt(was);
	}

	function drop(start: number, count: number) {
		for (const gone of rows.splice(start, count)) gone.element.remove();
		if (start > 0) return;
		from = offsetOf(rows.find(({ line }) => offsetOf(line) > 0)?.line);
		again(0);
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
		rows.forEach((each, at) => {
			const left = without(each.line, erased);
			if (left === each.line) return;
			each.line = left;
			again(at);
		});
	}

	/** Something new; false if it was heard before. */
	function add(line: RoomLine): boolean {
		if ("offset" in line) {
			const { epoch, offset } = line;
			if (epoch === newest.epoch && offset <= newest.offset) return false;
			newest = { epoch, offset };
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
		if (isLive) follow.grew();
		return true;
	}

	/** Another person, another room, or the same from another point. */
	function clear() {
		log.replaceChildren();
		rows.length = 0;
		newest = { epoch: "", offset: 0 };
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
			quiet.hidden = rows.some(({ line }) => line.kind === "said");
		},
		isLive: () => isLive,
		/** Nothing until something was read. */
		place: () => (newest.offset > 0 ? newest : undefined),
		/** The offsets that the window reaches from and to. */
		from: () => from,
		to: () => offsetOf(rows.findLast(({ line }) => offsetOf(line) > 0)?.line),
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
		firstNew: () =>
			marked > 0
				? rows.find(({ line }) => offsetOf(line) === marked)?.element
				: undefined,
		/** What is read as it comes is not marked. */
		look() {
			if (marked === 0) left = 0;
		},
		/** From here on is what the reader has not seen; 0 takes the mark away. */
		leave(offset: number) {
			const was = marked;
			left = offset;
			marked = 0;
			againAt(was);
		},
		/** Who spoke, the latest first. */
		speakers: () =>
			rows
				.flatMap(({ line }) => (line.kind === "said" ? line.name : []))
				.reverse(),
		/** What the reader said last, or nothing. */
		lastOwn(): string {
			const last = rows.findLast(({ line }) => {
				return line.kind === "said" && line.name === myName() && !line.erased;
			});
			return last?.line.kind === "said" ? last.line.text : "";
		},
	};
}
