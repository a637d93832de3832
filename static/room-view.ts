/**
 * The room on the screen: its timeline and history, the people in it, the
 * other rooms beside it, and how far the reader has read it.
 */

import type { ServerEvent } from "../machines/page-events.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import { Autoscroll } from "./autoscroll.ts";
import { find } from "./element.ts";
import type { RoomEvent, RoomLine } from "./frames.ts";
import { HistoryPager } from "./history-pager.ts";
import { joinedRoom, saveRead } from "./joined-rooms.ts";
import { roomKeys } from "./keys.ts";
import { LiveRegion } from "./live-region.ts";
import { Notifications } from "./notifications.ts";
import { PeoplePanel } from "./people.ts";
import { ReadState } from "./read-state.ts";
import { RoomList } from "./room-list.ts";
import { rovingFocus } from "./roving-focus.ts";
import { Timeline } from "./timeline.ts";
import { Visibility } from "./visibility.ts";

type Welcome = Extract<ServerEvent, { type: "welcome" }>;

type ViewEvent = Exclude<RoomEvent, { kind: "ack" | "textRefused" }>;

/** UTF-16 units of a message that a screen reader reads. */
const MOST_ANNOUNCED = 300;

interface World {
	myName(): string;
	/** Sends a frame if the room is open, and drops it otherwise. */
	send(frame: ClientFrame): void;
	go(room: string): void;
}

export class RoomView {
	readonly #world: World;
	readonly #autoscroll = new Autoscroll();
	readonly #liveRegion = new LiveRegion();
	readonly #readState = new ReadState();
	readonly #notifications: Notifications;
	readonly #people: PeoplePanel;
	readonly #rooms: RoomList;
	readonly #timeline: Timeline;
	readonly #history: HistoryPager;
	readonly #visibility: Visibility;
	#room = "";
	/** Shown once the next room has caught up. */
	#explanation = "";

	constructor(world: World) {
		const { myName, go } = world;
		const autoscroll = this.#autoscroll;
		this.#world = world;
		this.#people = new PeoplePanel(myName);
		this.#rooms = new RoomList(go);
		this.#notifications = new Notifications(myName, go);
		const members = () => this.#people.members;
		this.#timeline = new Timeline({ autoscroll, myName, members });
		this.#history = new HistoryPager({
			...{ timeline: this.#timeline, autoscroll },
			request: (before, limit) => {
				const { epoch = "" } = this.#timeline.latest ?? {};
				const room = this.#room;
				world.send({ kind: "history", room, epoch, before, limit });
			},
		});
		this.#visibility = new Visibility({
			hidden: () => this.#saveRead(),
			visible: () => this.#returned(),
			away: (away) => world.send({ kind: "presence", away }),
		});
		roomKeys();
		rovingFocus();
		const room = find("#room", HTMLElement);
		room.addEventListener("scroll", () => this.#updateRead());
	}

	get room(): string {
		return this.#room;
	}

	/** The position to resume from, if there is one. */
	get position() {
		const { latest } = this.#timeline;
		return latest && { room: this.#room, ...latest };
	}

	/** People who may be mentioned, the latest speakers first. */
	get names(): string[] {
		const me = this.#world.myName();
		const all = [...this.#timeline.speakers(), ...this.#people.names];
		return all.filter((name) => name !== me);
	}

	setTitle(title: string): void {
		this.#notifications.setTitle(title);
	}

	/** Asks how far the rooms are. The server answers at once, and nobody else sees it. */
	watchRooms(): void {
		this.#world.send({ kind: "heads", rooms: this.#rooms.watched() });
	}

	/** What waits to be sent in other rooms has changed. */
	updateRooms(): void {
		this.#rooms.render();
	}

	enter(room: string): void {
		this.#saveRead();
		this.clear();
		this.#room = room;
		this.#rooms.enter(room);
	}

	/** Leaves nothing on the screen for another person or room. */
	clear(): void {
		this.#readState.clear();
		this.#timeline.clear();
		this.#people.clear();
		this.#liveRegion.clear();
	}

	welcome(welcome: Welcome): void {
		this.#readState.count(welcome);
		this.#history.reset();
		this.#people.clear();
		// A login may have replaced the stored rooms by another person's.
		this.#rooms.enter(this.#room);
		const read = joinedRoom(this.#room);
		const isKnown = read?.epoch === welcome.epoch;
		if (this.#timeline.latest) this.#timeline.caughtUp();
		else this.#timeline.markAfter(isKnown ? read.offset : 0);
		// Nothing can be sent before the machine has taken the welcome.
		queueMicrotask(() => {
			this.watchRooms();
			if (this.#visibility.isAway)
				this.#world.send({ kind: "presence", away: true });
		});
	}

	/** Says something in the next room that is shown. */
	explain(words: string): void {
		this.#explanation = words;
	}

	/** A person who speaks has read everything, and goes to the end. */
	spoke(): void {
		this.#timeline.markAfter(0);
		this.#history.toEnd();
	}

	receive(event: ViewEvent) {
		switch (event.kind) {
			case "head":
				if (this.#rooms.update(event))
					this.#notifications.mentionIn(event.room);
				return;
			case "caughtUp":
				return this.#caughtUp(event.more);
			case "page":
				return this.#history.finish(event.more, event.before);
			case "gap":
				this.#readState.count(event);
				this.#history.reset();
				this.#timeline.clear();
				return this.#addLocal("Some messages are missing here.");
			case "members":
				this.#people.receive(event);
				return this.#timeline.updateMembers();
			case "presence":
			case "typing":
				return this.#people.receive(event);
			default:
				this.#add(event);
		}
	}

	#add(line: RoomLine): void {
		if (this.#history.add(line) || !this.#timeline.add(line)) return;
		this.#people.receive(line);
		this.#readState.add(line);
		this.#updateRead();
		if (line.kind === "erased") {
			this.#history.erase(line);
			this.#liveRegion.clear();
		}
		if (line.kind !== "said" || !this.#timeline.isLive) return;
		if (line.name === this.#world.myName()) return;
		this.#notifications.message(line);
		const text = line.text.slice(0, MOST_ANNOUNCED);
		this.#liveRegion.say(`${line.name}: ${text}`);
	}

	#addLocal(text: string): void {
		this.#timeline.add({ kind: "local", text, time: Date.now() });
	}

	#caughtUp(hasOlder: boolean): void {
		this.#timeline.caughtUp();
		if (this.#explanation) this.#addLocal(this.#explanation);
		this.#explanation = "";
		if (!document.hidden) this.#returned();
		const { read } = this.#readState;
		if (read) saveRead(read);
		this.#history.caughtUp(hasOlder);
	}

	/** The reader is back, or the room has caught up before their eyes. */
	#returned(): void {
		this.#timeline.stopMarking();
		const firstUnread = this.#timeline.firstUnread();
		if (firstUnread) this.#autoscroll.startAt(firstUnread);
		this.#updateRead();
	}

	/** A reader who looks at the end of the room has read all of it. */
	#updateRead(): void {
		const { isLive, latest } = this.#timeline;
		if (document.hidden || !isLive || !this.#autoscroll.isFollowing) return;
		if (latest)
			this.#readState.readUpTo(this.#room, latest.epoch, latest.offset);
	}

	#saveRead(): void {
		const { read } = this.#readState;
		if (!read) return;
		saveRead(read);
		this.#timeline.markAfter(read.offset);
	}
}
