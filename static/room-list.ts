/** The list of joined rooms, with what is unread or unsent in each. */

import { isPublic, LOBBY } from "../machines/message.ts";
import type { ServerFrame } from "../machines/protocol.ts";
import { showBriefly } from "./brief-notice.ts";
import { find, icon, make, say } from "./element.ts";
import { invitationItem } from "./invitation-item.ts";
import {
	joinedRoom,
	joinedRooms,
	joinRoom,
	leaveRoom,
	type ReadRoom,
	saveRead,
	unread,
} from "./joined-rooms.ts";
import { MissedMentions } from "./missed-mentions.ts";
import type { Page } from "./page.ts";
import { struckBell } from "./room-level.ts";
import { roomMenu } from "./room-menu.ts";
import { pathOf } from "./room-name.ts";
import { roomOrder } from "./room-order.ts";
import { hasDraft, roomsWithLines, storedLines } from "./storage.ts";
import { number, t } from "./words.ts";

/** Rooms that a tab may ask the server about. */
const MOST_WATCHED = 32;

/** One's own rooms, of those that were joined last, whose unread lines are counted. */
const MOST_OWN = 100;

/** A list in which something is pressed is drawn so much later. */
const PRESSED_MS = 100;
/** A press that lasts longer is none: in Firefox a link that was dragged stays pressed until the next press. */
const LONGEST_PRESS_MS = 2_000;

/** A drawing, where something was written and not sent. */
const PENCIL = "M4 16l1-4 8-8 3 3-8 8zM11 6l3 3";

/** What a link or a button of the list is known by once it is drawn anew. */
const nameOf = (one: HTMLElement) => one.getAttribute("href") ?? one.ariaLabel;

const upTo99 = (count: number) =>
	count > 99 ? `${number(99)}+` : number(count);

export class RoomList {
	readonly #list = find("#rooms");
	readonly #page: Page;
	readonly #order = roomOrder(this.#list, () => this.render());
	readonly #heads = new Map<string, ServerFrame<"head">>();
	/** Other rooms where the reader was mentioned. */
	readonly #mentions = new Set<string>();
	readonly #missed: MissedMentions;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Since when something in the list is pressed, or 0. */
	#pressedAt = 0;

	constructor(page: Page) {
		this.#page = page;
		this.#missed = new MissedMentions({
			page,
			isDue: () => this.#mayBeMeant(),
			found: (rooms) => this.#mentioned(rooms),
		});
		roomMenu(page, () => this.#leave());
	}

	/** Asks how far the lobby is, and the rooms joined last: as many for all as one's own, but what one kind leaves free is for the other. The server answers at once, and nobody else sees it. */
	watch(): void {
		this.#page.own.adopt();
		const [lobby, ...all] = joinedRooms();
		const open = all.filter(({ name }) => isPublic(name));
		const own = all.filter(({ name }) => !isPublic(name));
		const most = MOST_WATCHED - 1;
		const half = Math.ceil(most / 2);
		const some = open.slice(-Math.max(half, most - own.length));
		const watched = [lobby, ...some, ...own.slice(some.length - most)];
		this.#page.send({ kind: "heads", rooms: watched.map(({ name }) => name) });
	}

	enter(): void {
		const { room } = this.#page;
		joinRoom(room, Date.now());
		this.render();
		this.#showCurrent();
	}

	#showCurrent(): void {
		const current = this.#list.querySelector("[aria-current]");
		current?.scrollIntoView({ block: "nearest" });
	}

	/** Returns whether the reader was mentioned in another room. */
	update(head: ServerFrame<"head">): boolean {
		const { room, epoch, said } = head;
		const isMention = head.mentioned === true && room !== this.#page.room;
		const known = this.#heads.get(room);
		// A list that is drawn anew loses the focus, so this is done only for something new.
		if (!isMention && epoch === known?.epoch && said === known.said)
			return false;
		this.#heads.set(room, head);
		if (head.saidAt) saveRead({ name: room, at: head.saidAt });
		// A room that was left before any of it was read counts from here on.
		const isUnread = joinedRoom(room)?.epoch === "";
		// The lobby is listed for people, too, who never were there.
		if (isUnread && room !== this.#page.room && room !== LOBBY) {
			// A member has missed all that was said in a private one.
			const before = isPublic(room) ? said : 0;
			saveRead({ name: room, epoch, offset: 0, said: before });
		}
		const isMuted = this.#page.own.level(room) === "nothing";
		if (isMention && !isMuted) this.#mentions.add(room);
		this.render();
		if (!isMention) this.#missed.seek();
		return isMention && !isMuted;
	}

	/** Whether a mention may be among what is new elsewhere. */
	#mayBeMeant(): boolean {
		return joinedRooms().some(
			(room) =>
				this.#page.own.level(room.name) !== "nothing" && this.#news(room) > 0,
		);
	}

	#mentioned(rooms: readonly string[]): void {
		for (const room of rooms) this.#mentions.add(room);
		this.render();
	}

	/** The connection was lost. */
	missed(): void {
		this.#missed.again();
	}

	/** All of the room on the screen was read. */
	seen(room: string): void {
		this.#mentions.delete(room);
	}

	/** Another person is going to log in. */
	forget(): void {
		this.#heads.clear();
		this.#mentions.clear();
		this.#missed.forget();
		this.#list.replaceChildren();
	}

	/** One's own rooms are others now: each is listed, and asked about. So are those for all where lines wait, which a logout has taken off the list. */
	updateOwn(): void {
		const all = this.#page.ownRooms.filter((one) => !one.invitation);
		// The browser stores only so many, and public ones are to stay among them.
		const own = all.slice(-MOST_OWN);
		const keys = new Set(own.map(({ room }) => room));
		for (const { name } of joinedRooms())
			if (!isPublic(name) && !keys.has(name) && name !== this.#page.room)
				leaveRoom(name);
		const rooms = [...keys, ...roomsWithLines().filter(isPublic)];
		const isNew = rooms.some((room) => !joinedRoom(room));
		for (const room of rooms) joinRoom(room, 0);
		this.render();
		if (isNew) this.watch();
	}

	render(): void {
		// A press on what is drawn anew before its release leads nowhere.
		clearTimeout(this.#timer);
		const isPressed = this.#list.querySelector(":active") !== null;
		this.#pressedAt = isPressed ? this.#pressedAt || Date.now() : 0;
		if (isPressed && Date.now() - this.#pressedAt < LONGEST_PRESS_MS) {
			this.#timer = setTimeout(() => this.render(), PRESSED_MS);
			return;
		}
		this.#pressedAt = 0;
		const rooms = this.#order.of(joinedRooms());
		const badge = find("#elsewhere");
		const { ownRooms } = this.#page;
		const invited = ownRooms.filter((one) => one.invitation);
		const sum = rooms.reduce((n, one) => n + this.#unread(one), invited.length);
		const read = rooms.filter((room) => this.#unread(room) <= 0);
		for (const { name } of read)
			if (name !== this.#page.room) this.#mentions.delete(name);
		const open = rooms.filter(({ name }) => isPublic(name));
		const group = (words: string, items: readonly HTMLElement[]) =>
			items.length > 0
				? [make("li", "", make("h3", "", words), make("ul", "", ...items))]
				: [];
		const owned = (access: string) => {
			const all = ownRooms.filter((one) => one.access === access);
			const own = all.filter((one) => !one.invitation);
			const keys = new Set(own.map(({ room }) => room));
			const joined = rooms.filter(({ name }) => keys.delete(name));
			const others = [...keys].map(unread);
			return [...joined, ...others].map((room) => this.#item(room));
		};
		const focused = this.#list.querySelector<HTMLElement>(":focus");
		this.#list.replaceChildren(
			...open.map((room) => this.#item(room)),
			...group(t("rooms.private"), owned("private")),
			...group(t("rooms.direct"), owned("direct")),
			...group(
				t("rooms.invited"),
				invited.map((one) => invitationItem(this.#page, one)),
			),
		);
		if (focused) this.#focus(nameOf(focused));
		if (!this.#order.isUsed()) this.#showCurrent();
		badge.hidden = sum === 0;
		const others = rooms.filter(({ name }) => name !== this.#page.room);
		const isMentioned = others.some(({ name }) => this.#mentions.has(name));
		badge.classList.toggle("mentioned", isMentioned);
		say(badge, upTo99(sum));
		find("#unsent").hidden = !rooms.some((room) => this.#unsent(room) > 0);
	}

	#focus(name: string | null): void {
		const all = this.#list.querySelectorAll<HTMLElement>("a, button");
		[...all].find((one) => nameOf(one) === name)?.focus();
	}

	#go(room: string): void {
		find("#side").hidePopover();
		void this.#page.go(room);
	}

	/** Messages after the reader's place, whether they want to hear of them or not. */
	#news({ name, epoch, said }: ReadRoom): number {
		const head = this.#heads.get(name);
		if (!head?.epoch || !epoch || name === this.#page.room) return 0;
		// After a restore only what the old log had can have been read.
		const most = head.epoch === epoch ? head.said : (head.restored ?? 0);
		return head.said - Math.min(said, most);
	}

	#unread(room: ReadRoom): number {
		const level = this.#page.own.level(room.name);
		if (level === "nothing") return 0;
		const isMeant = level !== "mentions" || this.#mentions.has(room.name);
		return isMeant ? this.#news(room) : 0;
	}

	/** Lines that wait until the person is in that room again. */
	#unsent({ name }: ReadRoom): number {
		return name === this.#page.room ? 0 : storedLines(name).length;
	}

	#item(room: ReadRoom): HTMLElement {
		const { name } = room;
		const link = make(
			"a",
			{ href: pathOf(name) },
			make("bdi", isPublic(name) ? "" : "own", this.#page.titleOf(name)),
		);
		if (name === this.#page.room) link.ariaCurrent = "page";
		link.append(...this.#muted(name), ...this.#badges(room));
		link.classList.toggle("unread", this.#unread(room) > 0);
		link.onclick = (event) => {
			if (event.ctrlKey || event.metaKey || event.shiftKey) return;
			event.preventDefault();
			this.#go(name);
		};
		return make("li", "", link);
	}

	#muted(name: string): readonly Node[] {
		if (this.#page.own.level(name) !== "nothing") return [];
		return [struckBell(), make("span", "visually-hidden", t("rooms.muted"))];
	}

	/** What is new in a room, and what the reader has not sent there. */
	#badges(room: ReadRoom): Node[] {
		const { name } = room;
		const [unread, unsent] = [this.#unread(room), this.#unsent(room)];
		const isMention = unread > 0 && this.#mentions.has(name);
		const isDraft = name !== this.#page.room && hasDraft(name);
		const badge = (is: boolean, text: string, look = "visually-hidden") =>
			is ? [make("span", look, text)] : [];
		return [
			...(isDraft ? [icon(PENCIL)] : []),
			...badge(isMention, "", "badge mentioned"),
			...badge(isMention, `${t("rooms.mentioned")}, `),
			...badge(unread > 0, upTo99(unread), "count"),
			...badge(unread > 0, ` ${t("rooms.new")}`),
			...badge(isDraft, ` ${t("rooms.draft")}`),
			...badge(
				unsent > 0,
				t("rooms.unsent", { count: unsent }),
				"badge unsent",
			),
		];
	}

	/** A room for all is left by taking it off the list, which is to show that lines wait for it. */
	#leave(): void {
		const { room } = this.#page;
		if (storedLines(room).length === 0) leaveRoom(room);
		else showBriefly(t("rooms.kept", { title: this.#page.titleOf(room) }));
		this.#go(LOBBY);
	}
}
