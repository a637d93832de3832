/**
 * Requests pages of history while the reader nears an end of the timeline's
 * window, one at a time, and hands each over whole. The same request, for what
 * is before an offset, serves to go up, down and to the end.
 */

import type { Item } from "../machines/message.ts";
import { type Change, changed, isRelation } from "../machines/relations.ts";
import { showBriefly } from "./brief-notice.ts";
import { find } from "./element.ts";
import type { RoomLine } from "./frames.ts";
import type { Page } from "./page.ts";
import { RETRY_MS } from "./quotes.ts";
import { OFFLINE } from "./requests.ts";
import type { Timeline } from "./timeline.ts";
import { t } from "./words.ts";

const PAGE = 100;
/** How much of what came after a message is shown with it. */
const BEHIND = 10;

/** What is done with a page. */
type Purpose = "prepend" | "append" | "replace";

export class HistoryPager {
	readonly #room = find("#room");
	readonly #page: Page;
	readonly #timeline: Timeline;
	/** What the requested page is for, if one is requested. */
	#purpose: Purpose | undefined;
	#before = 0;
	/** Shows the message that is wanted, if any; false if it is not there. */
	#showWanted = () => true;
	/** Shows what was asked for before the room had caught up. */
	#later = { room: "", show: () => {} };
	/** Lines so far: a page of long messages takes several answers, each before the last. */
	#lines: Item[] = [];
	/** Where the room begins, once that is known. */
	#first = 0;
	/** How far towards the end was asked for: there may be only relations, of which a page has none. */
	#reached = 0;

	constructor(page: Page, timeline: Timeline) {
		this.#page = page;
		this.#timeline = timeline;
		page.isPaging = () => this.#purpose !== undefined;
		this.#room.addEventListener("scroll", () => this.#onScroll());
		find("#latest").onclick = () => this.toEnd();
	}

	toEnd() {
		const { autoscroll, latest } = this.#timeline;
		// What comes later would push the end out of the window.
		this.#later.room = "";
		this.reset();
		if (!autoscroll.isDetached || !latest) return autoscroll.jump();
		this.#request("replace", latest.offset + 1);
	}

	/** Shows a message, however long ago it was said; in a room that is being entered, once that has caught up. `time` is when it was said, if that is known. */
	show(offset: number, time?: number): void {
		const timeline = this.#timeline;
		const { latest } = timeline;
		const show = () => this.show(offset, time);
		this.#later = { room: latest ? "" : this.#page.room, show };
		// What comes later would lead the reader away again.
		this.reset();
		if (timeline.show(offset, time) || !latest) return;
		if (!this.#page.isOpen) {
			showBriefly(OFFLINE);
			return;
		}
		this.#showWanted = () => timeline.show(offset, time);
		timeline.autoscroll.isFollowing = false;
		const end = Math.min(offset + BEHIND, latest.offset);
		this.#request("replace", end + 1);
	}

	/** Forgets the request: for another room or connection, or when it is answered. */
	reset(): void {
		this.#purpose = undefined;
		this.#page.quotes.stopWaiting();
		this.#showWanted = () => true;
		this.#lines = [];
	}

	/** Takes a line of the page that was requested; false for any other line. */
	add(line: RoomLine): boolean {
		const { latest } = this.#timeline;
		if (!this.#purpose || !latest || !("offset" in line)) return false;
		if (line.epoch !== latest.epoch || line.offset > latest.offset)
			return false;
		// A page has none; one that is older than the end is a duplicate.
		if (!isRelation(line)) this.#lines.push(line);
		return true;
	}

	change(change: Change): void {
		this.#lines = this.#lines.map((line) => changed(line, change));
	}

	caughtUp(hasOlder: boolean): void {
		this.#first = hasOlder ? 0 : this.#timeline.from || 1;
		const { room, show } = this.#later;
		this.#later.room = "";
		if (room === this.#page.room && this.#timeline.latest) show();
		// The room is empty, or the reader was led to another one.
		else if (room) showBriefly(t("history.gone"));
		this.#onScroll();
	}

	/** The answer is complete; `hasMore` if there is more before it. */
	finish(hasMore: boolean, upTo?: number) {
		const isAnswer = upTo !== undefined;
		const before = upTo ?? this.#before;
		const timeline = this.#timeline;
		const purpose = this.#purpose;
		if (!purpose) return this.#page.quotes.resume();
		// It only came too soon after another: nothing is known of it yet.
		if (!isAnswer && hasMore) {
			setTimeout(() => {
				if (this.#purpose === purpose && this.#before === before)
					this.#request(purpose, before);
			}, RETRY_MS);
			return;
		}
		// This is the answer to a request from before a gap.
		if (before !== this.#before) {
			this.#lines = [];
			return;
		}
		const lines = this.#lines.sort((one, other) => one.offset - other.offset);
		const first = lines[0]?.offset ?? 0;
		if (isAnswer) this.#reached = before - 1;
		if (purpose === "append" && hasMore && first > timeline.to + 1)
			return this.#request(purpose, first);
		const end = purpose === "append" ? timeline.to : 0;
		const page = lines.filter(({ offset }) => offset > end);
		const showWanted = this.#showWanted;
		this.reset();
		const isEnd = before > (timeline.latest?.offset ?? 0);
		if (page.length > 0 && purpose === "prepend") timeline.prepend(page);
		else if (page.length > 0 || (purpose === "append" && isEnd))
			timeline[purpose](page, isEnd);
		// Where a jump leads nowhere, nothing is known of what is before the window.
		const isKnown = purpose === "replace" && page.length > 0;
		if (isKnown || purpose === "prepend")
			this.#first = hasMore ? 0 : timeline.from;
		if (!showWanted()) showBriefly(t("history.gone"));
		this.#page.quotes.resume();
		// A run of relations gave no line: there is more behind it.
		const isEmpty = purpose === "append" && isAnswer && !isEnd;
		if (page.length > 0 || isEmpty) this.#onScroll();
	}

	#onScroll(): void {
		const { autoscroll, latest, from, to, isLive } = this.#timeline;
		if (this.#purpose || !latest || !isLive) return;
		// It would take the place of what the reader asked for.
		if (this.#page.quotes.isWaiting) return;
		const { scrollTop, scrollHeight, clientHeight } = this.#room;
		const below = scrollHeight - scrollTop - clientHeight;
		if (from > this.#first && scrollTop < 2 * clientHeight)
			this.#request("prepend", from);
		else if (autoscroll.isDetached && below < 2 * clientHeight)
			this.#request(
				"append",
				Math.min(Math.max(to, this.#reached) + PAGE, latest.offset) + 1,
			);
	}

	#request(purpose: Purpose, before: number): void {
		const again = () => this.#request(purpose, before);
		if (!this.#page.quotes.isFree(again)) return;
		const { epoch = "" } = this.#timeline.latest ?? {};
		const { room } = this.#page;
		this.#purpose = purpose;
		this.#before = before;
		this.#page.send({ kind: "history", room, epoch, before, limit: PAGE });
	}
}
