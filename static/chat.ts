/** The chat screen: the room, what is to be sent to it, and the composer. */

import { isPublic, LOBBY } from "../machines/message.ts";
import type { ServerEvent } from "../machines/page-events.ts";
import { isChange } from "../machines/relations.ts";
import { showBriefly } from "./brief-notice.ts";
import { Composer } from "./composer.ts";
import { find } from "./element.ts";
import {
	type ChatEvent,
	isAboutOwn,
	isAnswer,
	type RoomEvent,
} from "./frames.ts";
import { later } from "./lazy.ts";
import { choose } from "./message-tools.ts";
import { type OwnRoom, OwnRooms, titleOf } from "./own-rooms.ts";
import type { Page } from "./page.ts";
import { type PendingSends, pendingSends } from "./pending-sends.ts";
import { roomLevel } from "./room-level.ts";
import { pathOf } from "./room-name.ts";
import { RoomView } from "./room-view.ts";
import { saveClient, unsentWords } from "./storage.ts";
import { t } from "./words.ts";

export class Chat {
	readonly view: RoomView;
	readonly composer: Composer;
	readonly sends: PendingSends;
	readonly #page: Page;
	readonly #own: OwnRooms;
	readonly #renderBell: () => void;
	/** Called when one's own rooms have changed, or what they are called. */
	onRooms = (): void => {};

	constructor(page: Page) {
		this.#page = page;
		this.#own = new OwnRooms(page);
		this.view = new RoomView(page);
		this.sends = pendingSends(page);
		this.composer = new Composer({ page, view: this.view, sends: this.sends });
		this.#renderBell = roomLevel(page);
		page.own.onChange.push(this.#renderBell, () => this.view.rooms.render());
		const log = find("#log");
		log.addEventListener("click", ({ target }) => choose(log, target));
	}

	/** Puts a room on the screen. Back does not lead to a room that another was shown in place of. */
	enter(room: string, isChosen = false): void {
		const path = pathOf(room);
		if (path !== location.pathname)
			history[isChosen ? "pushState" : "replaceState"](null, "", path);
		this.#page.room = room;
		this.#page.isClosed = false;
		this.#page.epoch = "";
		this.#own.render();
		this.#renderBell();
		this.view.enter();
		this.sends.enter();
		this.composer.enter();
	}

	welcome(welcome: Extract<ServerEvent, { type: "welcome" }>): void {
		const { client, last, role, node = "", closed = false } = welcome;
		this.#page.node = node;
		this.#page.role = role === "admin" || role === "maker" ? role : "member";
		const { room } = this.#page.snapshot.context;
		this.#page.opened = room;
		saveClient(room, client);
		const wanted = this.#page.room;
		// A login that another page began may lead to another room.
		if (wanted !== room) this.enter(room);
		this.#close(closed);
		this.view.welcome(welcome);
		this.sends.outbox().welcome(client, last, welcome.epoch);
		void this.#own.welcome();
		this.#page.own.flush();
		// A login leads to the lobby where a person may not enter the room, without a word. A refusal has words.
		if (room === LOBBY && !isPublic(wanted)) void this.#page.go(wanted);
	}

	/** What waits to be in the field is there where nothing can be said any more. */
	#close(isClosed: boolean): void {
		this.#page.isClosed = isClosed;
		if (isClosed) this.composer.enter();
		this.composer.render();
	}

	/** The connection is lost, or the room left for another. */
	disconnected(): void {
		this.sends.outbox().disconnected();
		this.view.disconnected();
	}

	/** Nothing of one's own rooms is for the next person. */
	forget(): void {
		this.#page.ownRooms = [];
		this.#page.own.clear();
		this.view.rooms.forget();
		this.#own.render();
	}

	/** Another person is going to log in. */
	forgetSends(): void {
		this.#page.epoch = "";
		this.sends.clear();
		this.composer.enter(true);
	}

	receive(event: ChatEvent): void {
		const { requests, own } = this.#page;
		if (event.kind === "ownRooms") this.#showRooms(event.rooms);
		else if (isAboutOwn(event)) this.view.receiveOwn(event);
		else if (!isAnswer(event)) this.#receiveOfRoom(event);
		else if (!requests.receive(event)) own.settle(event);
	}

	#receiveOfRoom(event: RoomEvent): void {
		const here = this.#page.room;
		const room = ("room" in event && event.room) || here;
		if (event.kind === "head") this.view.receive(event);
		else if (room === here) {
			if (this.#page.isOpen) this.#receiveHere(event);
			// On the way to another room the answers about the last one still come.
			else if (event.kind === "aside" && this.#page.answered())
				showBriefly(event.text);
		} else if (event.kind === "ack") {
			this.sends.outbox(room).shown(event.last);
			this.view.rooms.render();
		}
	}

	#showRooms(rooms: readonly OwnRoom[]): void {
		const { room: here, ownRooms: before } = this.#page;
		this.#page.ownRooms = rooms;
		const own = rooms.filter((one) => !one.invitation);
		const isIn = (room: string) => own.some((one) => one.room === room);
		const isOut = (room: string) =>
			!isPublic(room) && room !== here && !isIn(room);
		for (const one of before)
			if (!one.invitation && isOut(one.room)) void this.#tellOfLeaving(one);
		this.sends.hold(isOut);
		this.view.rooms.updateOwn();
		this.#own.render();
		this.onRooms();
	}

	/** The list leads no more to what was written there and not sent. */
	async #tellOfLeaving(left: OwnRoom): Promise<void> {
		if (!unsentWords(left.room)) return;
		const words = t("room.removed", { title: titleOf(left) });
		((await later(false))?.tell ?? alert)(words, left.room);
	}

	#receiveHere(event: RoomEvent) {
		const outbox = this.sends.outbox();
		switch (event.kind) {
			case "ack":
				if (this.#page.snapshot.context.trouble)
					this.#page.dispatch({ type: "accepted" });
				return outbox.accepted(event.last);
			case "textRefused":
				// While nothing can be said, the bar says so.
				if (outbox.refused(event) && !this.#page.isStuck)
					showBriefly(event.words);
				return;
			case "aside": {
				const isAsked = this.#page.answered();
				this.view.answered(event, isAsked);
				if (!isAsked) outbox.unmuted();
				break;
			}
			case "said":
				outbox.shown(event.n ?? 0, event.client);
				break;
			case "closed":
				this.#close(true);
				this.view.answered({ ...event, text: t("html.closed") }, false);
				break;
			case "caughtUp":
				outbox.caughtUp();
		}
		this.view.receive(event);
		if (event.kind === "caughtUp") this.composer.caughtUp();
		if (isChange(event)) {
			this.composer.updateReply(event);
			this.#page.changed(event);
		}
		if (event.kind === "members") this.composer.autocomplete?.updateMembers();
	}
}
