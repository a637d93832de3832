/**
 * The room that is shown: its timeline and older pages, who is in it, the
 * other rooms beside it, and what of it the reader has seen.
 */

import { MessageType } from "../machines/message.ts";
import type { PageSnapshot } from "../machines/page.ts";
import type { ServerEvent } from "../machines/page-events.ts";
import { announcer } from "./announce.ts";
import { attention } from "./attention.ts";
import { follower } from "./follow.ts";
import type { Erased, Line, RoomEvent } from "./frames.ts";
import { historyPages } from "./history.ts";
import { peoplePanel } from "./people.ts";
import { presence } from "./presence.ts";
import { roomList } from "./rooms.ts";
import { timeline } from "./timeline.ts";

type Welcome = Extract<ServerEvent, { type: "welcome" }>;

/** Characters of a message that are read aloud. */
const HEARD = 300;

interface World {
	/** The reader's name. */
	name(): string;
	tell(type: number, fields: Record<string, unknown>): void;
	go(room: string): void;
}

export function roomView({ name, tell, go }: World) {
	const follow = follower();
	const read = timeline(follow, name);
	const people = peoplePanel(name);
	const rooms = roomList(go);
	const call = attention(name);
	const aloud = announcer();
	const pages = historyPages(read, follow, (before, limit) =>
		tell(MessageType.history, { ...place(), before, limit }),
	);
	const looker = presence({
		left: keepSeen,
		back: read.look,
		away: (away) => tell(MessageType.signal, { kind: "presence", away }),
	});
	let room = "";
	/** How many messages the room has, and up to which offset they were counted for us. */
	let said = 0;
	let counted = 0;
	let notice = "";

	const place = () => {
		const { epoch = "", offset = 0 } = read.place() ?? {};
		return { room, epoch, offset };
	};

	/** Whoever is at the end of the room has seen all of it. */
	function keepSeen() {
		const { epoch, offset } = place();
		if (!read.isLive() || !follow.isFollowing() || !epoch) return;
		rooms.keepSeen({ name: room, epoch, offset, said });
		read.leave(offset);
	}

	function add(line: Line | Erased) {
		if (pages.takes(line) || !read.add(line)) return;
		people.hear(line);
		if (line.kind === "erased") return aloud.hush();
		if (line.kind !== "said") return;
		if (line.offset > counted) said += 1;
		if (!read.isLive() || line.name === name()) return;
		call.hear(line);
		aloud.announce(`${line.name}: ${line.text.slice(0, HEARD)}`);
	}

	function caughtUp(more: boolean) {
		read.caughtUp();
		if (notice) read.add({ kind: "notice", text: notice, time: Date.now() });
		notice = "";
		if (!document.hidden) {
			read.look();
			const { epoch, offset } = place();
			rooms.keepSeen({ name: room, epoch, offset, said });
		}
		pages.caughtUp(more);
	}

	return {
		place: () => (read.place() ? place() : undefined),
		room: () => room,
		enter(next: string) {
			if (room) keepSeen();
			room = next;
			read.clear();
			people.clear();
			rooms.enter(room);
		},
		clear() {
			read.clear();
			people.clear();
			aloud.hush();
		},
		welcome(welcome: Welcome) {
			({ said, offset: counted } = welcome);
			pages.reset();
			people.clear();
			const seen = rooms.seen(room);
			if (read.place()) read.caughtUp();
			else read.leave(seen?.epoch === welcome.epoch ? seen.offset : 0);
			// Nothing can be told before the page itself knows that it is in.
			queueMicrotask(() => {
				const { signal } = MessageType;
				tell(signal, { kind: "heads", rooms: rooms.names() });
				if (looker.isAway()) tell(signal, { kind: "presence", away: true });
			});
		},
		/** Says why, in the next room that is shown. */
		explain(words: string) {
			notice = words;
		},
		/** Whoever speaks is at the end, and has read what was new. */
		spoke() {
			read.leave(0);
			follow.toEnd();
		},
		hear(event: RoomEvent) {
			switch (event.kind) {
				case "head":
					return rooms.hear(event);
				case "caughtUp":
					return caughtUp(event.more);
				case "page":
					return pages.done(event.more);
				case "gap": {
					read.clear();
					const text = "Some messages are missing here.";
					read.add({ kind: "notice", text, time: Date.now() });
					return;
				}
				case "members":
				case "presence":
				case "typing":
					return people.hear(event);
				case "ack":
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
		lastOwn: read.lastOwn,
		render({ context }: PageSnapshot) {
			const isIn = context.key === "session";
			call.entitle(isIn ? `${context.room} · Plume` : "Plume");
		},
	};
}
