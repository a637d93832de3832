/**
 * Pages of what was said before: asked for while the reader nears an end of
 * the window, one at a time, and handed to the timeline whole. The same
 * question, for what stands before an offset, leads up, down and to the end.
 */

import { without } from "../machines/item.ts";
import type { Erasure, Item } from "../machines/message.ts";
import type { makeAutoscroll } from "./autoscroll.ts";
import { find } from "./element.ts";
import type { RoomLine } from "./frames.ts";
import type { Timeline } from "./timeline.ts";

const PAGE = 100;

export function historyPages(
	read: Timeline,
	autoscroll: ReturnType<typeof makeAutoscroll>,
	ask: (before: number, limit: number) => void,
) {
	const room = find("#room", HTMLElement);
	let asked: "prepend" | "append" | "replace" | undefined;
	let askedBefore = 0;
	/** What was told of the page; one of long lines takes several answers, each from before the last. */
	let page: Item[] = [];
	let hasOlder = false;

	function request(what: typeof asked, before: number) {
		asked = what;
		askedBefore = before;
		ask(before, PAGE);
	}

	function refresh() {
		const { scrollTop, scrollHeight, clientHeight } = room;
		const place = read.place();
		if (asked || !place || !read.isLive()) return;
		if (hasOlder && scrollTop < 2 * clientHeight) {
			request("prepend", read.from());
		} else if (
			autoscroll.isAdrift() &&
			scrollHeight - scrollTop - clientHeight < 2 * clientHeight
		) {
			request("append", Math.min(read.to() + PAGE, place.offset) + 1);
		}
	}
	room.addEventListener("scroll", refresh);

	find("#latest", HTMLButtonElement).onclick = () => {
		const place = read.place();
		if (!autoscroll.isAdrift() || !place) return autoscroll.jump();
		reset();
		request("replace", place.offset + 1);
	};

	/** Another room or connection, or the page is whole: nothing is on its way. */
	function reset() {
		asked = undefined;
		page = [];
	}

	return {
		reset,
		/** Whether a line belongs to the page that is on its way. */
		takes(line: RoomLine): boolean {
			const place = read.place();
			if (!asked || !("offset" in line) || line.epoch !== place?.epoch) {
				return false;
			}
			if (line.offset > place.offset) return false;
			page.push(line);
			return true;
		},
		/** Nor is what was erased meanwhile shown once the page is whole. */
		erase(erased: Erasure) {
			page = page.map((line) => without(line, erased));
		},
		/** The latest was told; whether there is more before it. */
		caughtUp(more: boolean) {
			hasOlder = more;
			refresh();
		},
		/** The answer is whole. */
		done(more: boolean, before = askedBefore) {
			const what = asked;
			if (!what) return;
			// What was asked for before a gap is told after it.
			if (before !== askedBefore) {
				page = [];
				return;
			}
			page.sort((one, other) => one.offset - other.offset);
			const first = page[0]?.offset ?? 0;
			if (what === "append" && more && first > read.to() + 1) {
				return request(what, first);
			}
			const end = what === "append" ? read.to() : 0;
			const lines = page.filter(({ offset }) => offset > end);
			reset();
			hasOlder = what === "append" || more;
			// One that was refused is asked for again when the reader moves.
			if (lines.length === 0) return;
			read[what](lines);
			refresh();
		},
	};
}
