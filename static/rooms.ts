/**
 * The rooms this browser has been in: where they are, how much of each was
 * seen, and how many messages were not. An address leads to each of them, and
 * a name is all it takes to make or join another.
 */

import { LOBBY } from "../machines/message.ts";
import { foldName } from "../machines/text.ts";
import { find, make, say } from "./element.ts";
import type { Head } from "./frames.ts";
import { keepRooms, keptLines, keptRooms, type Visited } from "./kept.ts";

/** Rooms that a browser remembers, and of which the server tells a tab at once. */
const [MOST, MOST_ASKED] = [200, 32];
const NAME = /^(?=[\p{L}\p{N}])[\p{L}\p{M}\p{N}_-]{1,32}$/u;

/** The name as the server knows it, or nothing if it can be none. */
export function roomName(raw: string): string {
	// Twice: some small letters are one where the large ones are two.
	const name = foldName(foldName(raw.trim())).replace(/^#/, "");
	return NAME.test(name) ? name : "";
}

/** The room that an address leads to; nothing if there can be no such room. */
export function roomAt(path: string): string {
	if (!path.startsWith("/r/")) return LOBBY;
	try {
		return roomName(decodeURIComponent(path.slice(3).replace(/\/$/, "")));
	} catch {
		return "";
	}
}

export const pathOf = (room: string): string =>
	room === LOBBY ? "/" : `/r/${encodeURIComponent(room)}`;

const upTo99 = (count: number) => (count > 99 ? "99+" : String(count));

export function roomList(go: (room: string) => void) {
	const list = find("#rooms", HTMLElement);
	const form = find("#join", HTMLFormElement);
	const field = find("#join-name", HTMLInputElement);
	const trouble = find("#join-trouble", HTMLElement);
	const side = find("#side", HTMLElement);
	const elsewhere = find("#elsewhere", HTMLElement);
	const left = find("#left", HTMLElement);
	const share = find("#share", HTMLButtonElement);
	const shared = find("#share-words", HTMLElement);
	const heads = new Map<string, Head>();
	/** Rooms where the reader was mentioned since they left. */
	const calling = new Set<string>();
	let here = LOBBY;

	const known = (): readonly Visited[] => {
		const kept = keptRooms()
			.slice(-MOST)
			.filter(
				({ name }, at, all) =>
					roomName(name) === name &&
					all.findIndex((other) => other.name === name) === at,
			);
		if (kept.some(({ name }) => name === LOBBY)) return kept;
		return [{ name: LOBBY, epoch: "", offset: 0, said: 0 }, ...kept];
	};

	function unread({ name, epoch, said }: Visited): number {
		const head = heads.get(name);
		// Nobody has left anything unread where they never were.
		if (!head?.epoch || !epoch || name === here) return 0;
		// Of another epoch only what was said before a restore can have been seen.
		const most = head.epoch === epoch ? head.said : head.restored;
		return head.said - Math.min(said, most);
	}

	/** Lines that wait until someone is in the room to say them; where that is so, they are in sight. */
	const unsaid = ({ name }: Visited) =>
		name === here ? 0 : keptLines(name).length;

	function entry(room: Visited): HTMLElement {
		const { name } = room;
		const link = document.createElement("a");
		link.href = pathOf(name);
		link.append(make("bdi", "", name));
		if (name === here) link.ariaCurrent = "page";
		const count = unread(room);
		if (count > 0) {
			const isCalled = calling.has(name);
			if (isCalled)
				link.append(
					make("span", "badge calls", ""),
					make("span", "unseen", "You were mentioned, "),
				);
			const badge = make("span", "badge", upTo99(count));
			link.append(badge, make("span", "unseen", " new"));
		}
		const lines = unsaid(room);
		if (lines > 0) link.append(make("span", "badge left", `${lines} not sent`));
		link.onclick = (event) => {
			if (event.ctrlKey || event.metaKey || event.shiftKey) return;
			event.preventDefault();
			leave(name);
		};
		const row = make("li", "", link);
		if (name === here && name !== LOBBY) row.append(leaver(name));
		return row;
	}

	/** Takes the room off the list; its address leads back to it. */
	function leaver(name: string): HTMLElement {
		const button = make("button", "link", "Leave");
		button.ariaLabel = `Leave ${name}`;
		button.onclick = () => {
			keepRooms(known().filter((room) => room.name !== name));
			leave(LOBBY);
		};
		return button;
	}

	function leave(room: string) {
		if (side.matches(":popover-open")) side.hidePopover();
		go(room);
	}

	/** A room that was left before any of it was seen is read from here on. The lobby is listed for all, also for those who never were there. */
	function begin({ room: name, epoch, said }: Head) {
		const room = known().find((one) => one.name === name);
		if (room?.epoch || name === here || name === LOBBY) return;
		keepSeen({ name, epoch, offset: 0, said });
	}

	function keepSeen(seen: Visited) {
		keepRooms(known().map((room) => (room.name === seen.name ? seen : room)));
	}

	function render() {
		const rooms = known();
		list.replaceChildren(...rooms.map(entry));
		const count = rooms.reduce((sum, room) => sum + unread(room), 0);
		elsewhere.hidden = count === 0;
		elsewhere.classList.toggle("calls", calling.size > 0);
		say(elsewhere, upTo99(count));
		left.hidden = !rooms.some((room) => unsaid(room) > 0);
	}

	form.onsubmit = (event) => {
		event.preventDefault();
		const name = roomName(field.value);
		const words =
			"A room’s name has letters, digits, “_” and “-”, at most 32 of them.";
		say(trouble, name ? "" : words);
		field.ariaInvalid = String(!name);
		if (!name) return field.focus();
		field.value = "";
		leave(name);
	};

	function tellShared(words = "") {
		say(shared, words || "Share link");
		share.classList.toggle("told", words !== "");
	}

	share.onclick = async () => {
		const url = location.origin + pathOf(here);
		try {
			if (navigator.share && matchMedia("(pointer: coarse)").matches) {
				await navigator.share({ title: `${here} · Plume`, url });
			} else {
				await navigator.clipboard.writeText(url);
				tellShared("Link copied");
			}
		} catch {
			// Nothing was shared: what was to be is in the address bar.
			tellShared("Copy the address");
		}
		setTimeout(tellShared, 3_000);
	};

	return {
		render,
		/** The names that the server is asked about: the lobby, and those that were joined last. */
		names() {
			const [lobby = LOBBY, ...others] = known().map(({ name }) => name);
			return [lobby, ...others.slice(1 - MOST_ASKED)];
		},
		/** How much of the room was seen when it was left. */
		seen: (room: string) => known().find(({ name }) => name === room),
		enter(room: string) {
			here = room;
			calling.delete(room);
			const rooms = known();
			if (!rooms.some(({ name }) => name === room)) {
				const fresh = { name: room, epoch: "", offset: 0, said: 0 };
				// The lobby is always first; the room that was joined first goes first.
				const others = rooms.slice(1).slice(2 - MOST);
				keepRooms([...rooms.slice(0, 1), ...others, fresh]);
			}
			render();
			list
				.querySelector("[aria-current]")
				?.scrollIntoView({ block: "nearest" });
		},
		keepSeen,
		/** Answers whether the reader was called away to that room. */
		hear(head: Head): boolean {
			const isCalled = head.mentioned && head.room !== here;
			const { epoch, said } = heads.get(head.room) ?? {};
			// What is drawn anew loses the focus: not for what is known already.
			if (!isCalled && head.epoch === epoch && head.said === said) return false;
			heads.set(head.room, head);
			begin(head);
			if (isCalled) calling.add(head.room);
			render();
			return isCalled;
		},
	};
}
