/**
 * The rooms this browser has been in: where they are, how much of each was
 * seen, and how many messages were not. An address leads to each of them, and
 * a name is all it takes to make or join another.
 */

import { LOBBY } from "../machines/message.ts";
import type { ServerFrame } from "../machines/protocol.ts";
import { foldName } from "../machines/text.ts";
import { find, make, say } from "./element.ts";
import {
	keepRooms,
	storedLines,
	storedRooms,
	unvisitedRoom,
	type Visited,
} from "./storage.ts";

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

/** The rooms that were visited, the lobby first and then in the order they were joined. */
function knownRooms(): [lobby: Visited, ...others: Visited[]] {
	const rooms = new Map([[LOBBY, unvisitedRoom(LOBBY)]]);
	for (const room of storedRooms().slice(-MOST))
		if (roomName(room.name) === room.name) rooms.set(room.name, room);
	const [lobby = unvisitedRoom(LOBBY), ...others] = rooms.values();
	return [lobby, ...others];
}

function keepSeen(seen: Visited): void {
	keepRooms(
		knownRooms().map((room) => (room.name === seen.name ? seen : room)),
	);
}

function joinForm(go: (room: string) => void): void {
	const field = find("#join-name", HTMLInputElement);
	const words =
		"A room’s name has letters, digits, “_” and “-”, at most 32 of them.";
	find("#join", HTMLFormElement).onsubmit = (event) => {
		event.preventDefault();
		const name = roomName(field.value);
		say("#join-trouble", name ? "" : words);
		field.ariaInvalid = String(!name);
		if (!name) return field.focus();
		field.value = "";
		go(name);
	};
}

function shareButton(here: () => string): void {
	const button = find("#share", HTMLButtonElement);
	function tell(words = "") {
		say("#share-words", words || "Share link");
		button.classList.toggle("told", words !== "");
	}
	button.onclick = async () => {
		const url = location.origin + pathOf(here());
		try {
			if (navigator.share && matchMedia("(pointer: coarse)").matches) {
				await navigator.share({ title: `${here()} · Plume`, url });
			} else {
				await navigator.clipboard.writeText(url);
				tell("Link copied");
			}
		} catch {
			// Nothing was shared: what was to be is in the address bar.
			tell("Copy the address");
		}
		setTimeout(tell, 3_000);
	};
}

export class RoomList {
	readonly keepSeen = keepSeen;
	readonly #list = find("#rooms", HTMLElement);
	readonly #go: (room: string) => void;
	readonly #heads = new Map<string, ServerFrame<"head">>();
	/** Rooms where the reader was mentioned since they left. */
	readonly #calling = new Set<string>();
	#here = LOBBY;

	constructor(go: (room: string) => void) {
		this.#go = (room) => {
			find("#side", HTMLElement).hidePopover();
			go(room);
		};
		joinForm(this.#go);
		shareButton(() => this.#here);
	}

	/** The names that the server is asked about: the lobby, and those that were joined last. */
	names(): readonly string[] {
		const [lobby, ...others] = knownRooms().map(({ name }) => name);
		return [lobby ?? LOBBY, ...others.slice(1 - MOST_ASKED)];
	}

	/** How much of the room was seen when it was left. */
	seen(room: string): Visited | undefined {
		return knownRooms().find(({ name }) => name === room);
	}

	enter(room: string): void {
		this.#here = room;
		this.#calling.delete(room);
		const [lobby, ...others] = knownRooms();
		// The room that was joined first goes first.
		if (!this.seen(room))
			keepRooms([lobby, ...others.slice(2 - MOST), unvisitedRoom(room)]);
		this.render();
		this.#list
			.querySelector("[aria-current]")
			?.scrollIntoView({ block: "nearest" });
	}

	/** Answers whether the reader was called away to that room. */
	hear(head: ServerFrame<"head">): boolean {
		const isCalled = head.mentioned === true && head.room !== this.#here;
		const { epoch, said } = this.#heads.get(head.room) ?? {};
		// What is drawn anew loses the focus: not for what is known already.
		if (!isCalled && head.epoch === epoch && head.said === said) return false;
		this.#heads.set(head.room, head);
		this.#begin(head);
		if (isCalled) this.#calling.add(head.room);
		this.render();
		return isCalled;
	}

	render(): void {
		const rooms = knownRooms();
		const elsewhere = find("#elsewhere", HTMLElement);
		const count = rooms.reduce((sum, room) => sum + this.#unread(room), 0);
		this.#list.replaceChildren(...rooms.map((room) => this.#entry(room)));
		elsewhere.hidden = count === 0;
		elsewhere.classList.toggle("calls", this.#calling.size > 0);
		say(elsewhere, upTo99(count));
		const isLeft = rooms.some((room) => this.#pendingSends(room) > 0);
		find("#left", HTMLElement).hidden = !isLeft;
	}

	#unread({ name, epoch, said }: Visited): number {
		const head = this.#heads.get(name);
		// Nobody has left anything unread where they never were.
		if (!head?.epoch || !epoch || name === this.#here) return 0;
		// Of another epoch only what was said before a restore can have been seen.
		const most = head.epoch === epoch ? head.said : (head.restored ?? 0);
		return head.said - Math.min(said, most);
	}

	/** Lines that wait until someone is in the room to say them; where that is so, they are in sight. */
	#pendingSends({ name }: Visited): number {
		return name === this.#here ? 0 : storedLines(name).length;
	}

	#entry(room: Visited): HTMLElement {
		const { name } = room;
		const isHere = name === this.#here;
		const link = make("a", { href: pathOf(name) }, make("bdi", "", name));
		if (isHere) link.ariaCurrent = "page";
		const count = this.#unread(room);
		if (count > 0) {
			const words = this.#calling.has(name) ? "You were mentioned, " : "";
			if (words)
				link.append(
					make("span", "badge calls"),
					make("span", "visually-hidden", words),
				);
			const badge = make("span", "badge", upTo99(count));
			link.append(badge, make("span", "visually-hidden", " new"));
		}
		const lines = this.#pendingSends(room);
		if (lines > 0) link.append(make("span", "badge left", `${lines} not sent`));
		link.onclick = (event) => {
			if (event.ctrlKey || event.metaKey || event.shiftKey) return;
			event.preventDefault();
			this.#go(name);
		};
		const row = make("li", "", link);
		if (isHere && name !== LOBBY) row.append(this.#leaver(name));
		return row;
	}

	/** Takes the room off the list; its address leads back to it. */
	#leaver(name: string): HTMLElement {
		const onclick = () => {
			keepRooms(knownRooms().filter((room) => room.name !== name));
			this.#go(LOBBY);
		};
		const properties = {
			className: "link",
			ariaLabel: `Leave ${name}`,
			onclick,
		};
		return make("button", properties, "Leave");
	}

	/** A room that was left before any of it was seen is read from here on. The lobby is listed for all, also for those who never were there. */
	#begin({ room: name, epoch, said }: ServerFrame<"head">): void {
		if (this.seen(name)?.epoch || name === this.#here || name === LOBBY) return;
		keepSeen({ name, epoch, offset: 0, said });
	}
}
