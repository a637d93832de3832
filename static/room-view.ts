/**
 * The room that is shown: its timeline and older pages, who is in it, the
 * other rooms beside it, and what of it the reader has seen.
 */

import type { PageSnapshot } from "../machines/page.ts";
import type { ServerEvent } from "../machines/page-events.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import { makeAutoscroll } from "./autoscroll.ts";
import { find } from "./element.ts";
import type { RoomEvent, RoomLine } from "./frames.ts";
import { historyPages } from "./history.ts";
import { roomKeys } from "./keys.ts";
import { liveRegion } from "./live-region.ts";
import { notifications } from "./notifications.ts";
import { peoplePanel } from "./people.ts";
import { presence } from "./presence.ts";
import { RoomList } from "./rooms.ts";
import type { Visited } from "./storage.ts";
import { Timeline } from "./timeline.ts";

type Welcome = Extract<ServerEvent, { type: "welcome" }>;

/** Characters of a message that are read aloud. */
const HEARD = 300;

interface World {
	/** The reader's name. */
	name(): string;
	tell(asked: ClientFrame): void;
	go(room: string): void;
}

export function roomView({ name, tell, go }: World) {
	const autoscroll = makeAutoscroll();
	const people = peoplePanel(name);
	const read = new Timeline({ autoscroll, name, members: people.members });
	const rooms = new RoomList(go);
	const call = notifications(name, go);
	const aloud = liveRegion();
	const pages = historyPages(read, autoscroll, (before, limit) =>
		tell({ kind: "history", ...place(), before, limit }),
	);
	const looker = presence({
		left: keepSeen,
		back,
		away: (away) => tell({ kind: "presence", away }),
	});
	roomKeys();
	let room = "";
	/** How many messages the room has, and up to which offset they were counted for us. */
	let said = 0;
	let counted = 0;
	/** How much of the room the reader has seen all of. */
	let seen: Visited | undefined;
	let notice = "";

	const place = () => {
		const { epoch = "", offset = 0, time = 0 } = read.place() ?? {};
		return { room, epoch, offset, time };
	};

	/** Asks how far the rooms are. That is told at once, and seen by nobody else. */
	function watch() {
		tell({ kind: "heads", rooms: rooms.names() });
	}

	/** Someone looks at what was told meanwhile. */
	function back() {
		read.refresh();
		const mark = read.firstNew();
		if (mark) autoscroll.beginAt(mark);
		refresh();
	}

	/** Whoever is at the end of the room, and looks, has seen all of it. */
	function refresh() {
		const { epoch, offset } = place();
		if (document.hidden || !read.isLive() || !autoscroll.isFollowing()) return;
		// What was missed is not all told yet: nobody knows how many messages there are up to here.
		if (offset < counted) return;
		if (epoch) seen = { name: room, epoch, offset, said };
	}
	find("#room", HTMLElement).addEventListener("scroll", refresh);

	function keepSeen() {
		if (!seen) return;
		rooms.keepSeen(seen);
		read.leave(seen.offset);
	}

	function add(line: RoomLine) {
		if (pages.takes(line) || !read.add(line)) return;
		if (line.kind === "erased") pages.erase(line);
		people.hear(line);
		if (line.kind === "erased") aloud.hush();
		if (line.kind === "said" && line.offset > counted) said += 1;
		refresh();
		if (line.kind !== "said" || !read.isLive() || line.name === name()) return;
		call.hear(line);
		aloud.speak(`${line.name}: ${line.text.slice(0, HEARD)}`);
	}

	function caughtUp(more: boolean) {
		read.caughtUp();
		if (notice) read.add({ kind: "notice", text: notice, time: Date.now() });
		notice = "";
		if (!document.hidden) back();
		if (seen) rooms.keepSeen(seen);
		pages.caughtUp(more);
	}

	/** Leaves nothing on the screen for another person, or in another room. */
	function clear() {
		seen = undefined;
		read.clear();
		people.clear();
		aloud.hush();
	}

	return {
		watch,
		place: () => (read.place() ? place() : undefined),
		room: () => room,
		enter(next: string) {
			keepSeen();
			clear();
			room = next;
			rooms.enter(room);
		},
		clear,
		welcome(welcome: Welcome) {
			({ said, offset: counted } = welcome);
			pages.reset();
			people.clear();
			// Whoever came by a link and had to log in first: the list was another's until then.
			rooms.enter(room);
			const left = rooms.seen(room);
			if (read.place()) read.caughtUp();
			else read.leave(left?.epoch === welcome.epoch ? left.offset : 0);
			// Nothing can be told before the page itself knows that it is in.
			queueMicrotask(() => {
				watch();
				if (looker.isAway()) tell({ kind: "presence", away: true });
			});
		},
		/** Says why, in the next room that is shown. */
		explain(words: string) {
			notice = words;
		},
		/** Whoever speaks is at the end, and has read what was new. */
		spoke() {
			read.leave(0);
			autoscroll.toEnd();
		},
		hear(event: RoomEvent) {
			switch (event.kind) {
				case "head":
					if (rooms.hear(event)) call.elsewhere(event.room);
					return;
				case "caughtUp":
					return caughtUp(event.more);
				case "page":
					return pages.done(event.more, event.before);
				case "gap": {
					({ said, offset: counted } = event);
					pages.reset();
					read.clear();
					const text = "Some messages are missing here.";
					read.add({ kind: "notice", text, time: Date.now() });
					return;
				}
				case "members":
					people.hear(event);
					return read.recount();
				case "presence":
				case "typing":
					return people.hear(event);
				case "ack":
					return rooms.render();
				case "notTaken":
					return;
				default:
					return add(event);
			}
		},
		names: () =>
			[...read.speakers(), ...people.names()].filter(
				(other) => other !== name(),
			),
		render({ context }: PageSnapshot) {
			const isIn = context.key === "session";
			call.entitle(isIn ? `${context.room} · Plume` : "Plume");
		},
	};
}
