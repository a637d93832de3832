/**
 * The room on the screen: its timeline and history, the people in it, the
 * other rooms beside it, and how far the reader has read it.
 */

import type { Said } from "../machines/message.ts";
import type { ReadMark } from "../machines/own.ts";
import type { ServerEvent } from "../machines/page-events.ts";
import { isChange } from "../machines/relations.ts";
import { showBriefly } from "./brief-notice.ts";
import { find, say } from "./element.ts";
import type { AboutOwn, Aside, RoomEvent, RoomLine } from "./frames.ts";
import { HistoryPager } from "./history-pager.ts";
import { joinedRoom, type ReadRoom, saveRead } from "./joined-rooms.ts";
import { liveRegion } from "./live-region.ts";
import { Notifications } from "./notifications.ts";
import type { Page } from "./page.ts";
import { type PeoplePanel, peoplePanel } from "./people.ts";
import { RoomList } from "./room-list.ts";
import { Timeline } from "./timeline.ts";
import { duration, t } from "./words.ts";

/** A tab that is hidden for so long is away. */
const AWAY_AFTER_MS = 5 * 60_000;

/** An age in days, or in hours if it is no whole days. */
const ageOf = (hours: number) =>
	hours % 24 === 0 ? duration(hours / 24, "day") : duration(hours, "hour");

export class RoomView {
	readonly rooms: RoomList;
	readonly notifications: Notifications;
	readonly #page: Page;
	readonly #liveRegion = liveRegion();
	readonly #people: PeoplePanel;
	readonly #timeline: Timeline;
	readonly #history: HistoryPager;
	/** How many messages the room has, and up to which offset the server has counted them. */
	#count = { said: 0, offset: 0 };
	/** How far the reader has read the room, once they have. */
	#read: ReadRoom | undefined;
	/** The offset of the topic in the head. */
	#topic = 0;
	#isAway = false;
	#awayTimer: ReturnType<typeof setTimeout> | undefined;
	/** The reader has marked something as unread, and stays in the room: nothing counts as read there. */
	#isMarked = false;
	/** Shown once the next room has caught up. */
	#explanation = "";

	constructor(page: Page) {
		this.#page = page;
		this.rooms = new RoomList(page);
		this.notifications = new Notifications(page);
		this.#people = peoplePanel(page);
		this.#timeline = new Timeline(page, this.#people);
		this.#history = new HistoryPager(page, this.#timeline);
		page.lineAt = (offset) => this.#timeline.lineAt(offset);
		page.isLive = () => this.#timeline.isLive;
		page.show = (...what) => this.#history.show(...what);
		page.markUnread = (message) => this.#markUnread(message);
		page.lastOwn = () => this.#timeline.lastOwn();
		document.addEventListener("visibilitychange", () => this.#onVisibility());
		find("#room").addEventListener("scroll", () => this.#updateRead());
	}

	/** The position to resume from, if there is one. */
	get position() {
		const { latest } = this.#timeline;
		return latest && { room: this.#page.room, ...latest };
	}

	/** People who may be mentioned, the latest speakers first. */
	get names(): string[] {
		const me = this.#page.name;
		const all = [...this.#timeline.speakers(), ...this.#people.names()];
		return all.filter((name) => name !== me);
	}

	enter(): void {
		this.#saveRead();
		this.clear();
		this.rooms.enter();
	}

	/** Leaves nothing on the screen for another person or room. */
	clear(): void {
		this.#page.quotes.clear();
		this.#showTopic();
		this.#read = undefined;
		this.#isMarked = false;
		this.#timeline.clear();
		this.#people.clear();
		this.#liveRegion.clear();
	}

	welcome(welcome: Extract<ServerEvent, { type: "welcome" }>): void {
		const { said, offset, retentionHours, names } = welcome;
		this.#page.isAlso(names);
		this.#count = { said, offset };
		this.#showTopic(welcome.topic);
		const isOther = !["", welcome.epoch].includes(this.#page.epoch);
		this.#page.epoch = welcome.epoch;
		const retention = find("#retention");
		retention.hidden = retentionHours === undefined;
		retention.textContent = t("retention", {
			time: ageOf(retentionHours ?? 0),
		});
		this.#history.reset();
		this.#page.quotes.restart();
		this.#people.clear();
		// The server tells next if anyone is blocked now, by the one who is logged in.
		this.#block([]);
		// A login may have replaced the stored rooms by another person's.
		this.rooms.enter();
		const read = joinedRoom(this.#page.room);
		const isKnown = read?.epoch === welcome.epoch;
		if (this.#timeline.latest) {
			this.#timeline.caughtUp();
			this.rooms.missed();
		} else {
			this.#timeline.markAfter(isKnown ? read.offset : 0);
			// A person who logs in anew tells the server of no place they have seen, and is told of no gap.
			if (isOther) this.#addLocal(t("log.gap"));
		}
		this.rooms.watch();
		if (this.#isAway) this.#page.send({ kind: "presence", away: true });
	}

	disconnected(): void {
		this.#people.disconnected();
	}

	#block(names: readonly string[]): void {
		if (this.#page.block(names)) this.#timeline.redraw();
	}

	/** Says something in the next room that is shown. */
	explain(words: string): void {
		this.#explanation = words;
	}

	/** A person who speaks has read everything, and goes to the end. */
	spoke(): void {
		this.#isMarked = false;
		this.#timeline.markAfter(0);
		this.#history.toEnd();
	}

	/** What the bot says stands at the end, which the reader may be far from. Its greeting comes with the room. */
	answered({ text, time }: Pick<Aside, "text" | "time">, isAsked: boolean) {
		if (!isAsked && !this.#timeline.isLive) return;
		if (!this.#timeline.autoscroll.isFollowing) showBriefly(text);
		else this.#liveRegion.say({ kind: "local", text, time });
	}

	receive(event: Exclude<RoomEvent, { kind: "ack" | "textRefused" }>) {
		switch (event.kind) {
			case "head":
				if (this.rooms.update(event)) this.notifications.mentionIn(event.room);
				return;
			case "caughtUp":
				return this.#caughtUp(event.more);
			case "page":
				// A refusal names no room.
				if (this.#page.quotes.finish(event.id, event.more && !event.room))
					return;
				return this.#history.finish(event.more, event.before);
			case "gap":
				this.#count = { said: event.said, offset: event.offset };
				this.#history.reset();
				// What was deleted or begun anew in it is in no line that comes.
				this.#page.quotes.clear();
				this.#timeline.clear();
				return this.#addLocal(t("log.gap"));
			case "members":
				this.#people.receive(event);
				return this.#timeline.updateMembers();
			case "blocks":
				this.#block(event.names);
				return this.#people.receive(event);
			case "presence":
			case "typing":
				return this.#people.receive(event);
			default:
				this.#add(event);
		}
	}

	#add(line: RoomLine): void {
		this.#page.quotes.hear(line);
		if (this.#history.add(line) || !this.#timeline.add(line)) return;
		this.#people.receive(line);
		if (line.kind === "said" && line.offset > this.#count.offset)
			this.#count.said += 1;
		this.#updateRead();
		if (line.kind === "topic" && line.offset >= this.#topic)
			this.#showTopic(line);
		if (isChange(line)) this.#history.change(line);
		if (line.kind === "erased" && line.target === this.#topic)
			this.#showTopic();
		if (line.kind === "erased" || line.kind === "edited")
			this.#liveRegion.change(line);
		const isHeard = line.kind === "said" || line.kind === "notice";
		if (!isHeard || !this.#timeline.isLive) return;
		const page = this.#page;
		if (page.isOwn(line.name) || page.isBlocked(line.name)) return;
		if (line.kind === "said" && page.own.counts(line))
			this.notifications.message(line);
		this.#liveRegion.say(line);
	}

	#showTopic({ text, offset } = { text: "", offset: 0 }): void {
		this.#topic = offset;
		for (const where of ["#topic", "#about"]) say(where, text);
		find("#chat h1").title = text;
	}

	#addLocal(text: string): void {
		this.#timeline.add({ kind: "local", text, time: Date.now() });
	}

	#caughtUp(hasOlder: boolean): void {
		this.#timeline.caughtUp();
		if (this.#explanation) this.#addLocal(this.#explanation);
		this.#explanation = "";
		// A reader who was led to another message has not read the end.
		this.#history.caughtUp(hasOlder);
		if (!document.hidden) this.#returned();
		if (this.#read) this.#page.own.store(this.#read);
	}

	#onVisibility(): void {
		clearTimeout(this.#awayTimer);
		if (document.hidden) {
			this.#saveRead();
			this.#awayTimer = setTimeout(() => this.#setAway(true), AWAY_AFTER_MS);
		} else {
			this.#isMarked = false;
			this.#returned();
			this.#setAway(false);
		}
	}

	#setAway(away: boolean): void {
		if (away !== this.#isAway) this.#page.send({ kind: "presence", away });
		this.#isAway = away;
	}

	/** The reader is back, or the room has caught up before their eyes. */
	#returned(): void {
		this.#timeline.showUnread();
		this.#updateRead();
	}

	/** A reader who looks at the end of the room has read all of it. */
	#updateRead(): void {
		const { autoscroll, isLive, latest } = this.#timeline;
		if (document.hidden || !isLive || !autoscroll.isFollowing) return;
		// While missed lines arrive, the count is ahead of the latest.
		if (this.#isMarked || !latest || latest.offset < this.#count.offset) return;
		const { epoch, offset } = latest;
		const { said } = this.#count;
		const { room } = this.#page;
		this.#read = { name: room, epoch, offset, said };
		this.#page.own.seen({ room, epoch, offset, said });
		this.rooms.seen(room);
	}

	#markUnread({ room, epoch, offset: from }: Said): void {
		const said = Math.max(0, this.#count.said - this.#timeline.saidFrom(from));
		const mark = { room, epoch, offset: from - 1, said };
		this.#page.own.change({ kind: "read", ...mark, unread: true });
		this.#unread(mark);
	}

	/** What is after the mark counts as unread until the reader is back. */
	#unread({ room: name, ...mark }: ReadMark): void {
		[this.#isMarked, this.#read] = [true, undefined];
		saveRead({ name, ...mark });
		this.#timeline.markAfter(mark.offset);
	}

	receiveOwn(frame: AboutOwn): void {
		const { own, room } = this.#page;
		own.receive(frame);
		if (frame.kind === "read" && frame.room === room && frame.unread)
			if (!own.isReadSince(room)) this.#unread(frame);
		const read = joinedRoom(room);
		if (frame.kind === "own" && read?.epoch === this.#page.epoch)
			if (!this.#timeline.isLive) this.#timeline.markAfter(read.offset);
	}

	#saveRead(): void {
		this.#page.own.flush();
		if (!this.#read) return;
		this.#page.own.store(this.#read);
		this.#timeline.markAfter(this.#read.offset);
	}
}
