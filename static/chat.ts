/** The chat screen: the room, what is to be sent to it, and the composer. */

import type { ServerEvent } from "../machines/page-events.ts";
import { showBriefly } from "./brief-notice.ts";
import { Composer } from "./composer.ts";
import { eraser } from "./erase.ts";
import { type AboutRooms, isAboutRooms, type RoomEvent } from "./frames.ts";
import type { Page } from "./page.ts";
import { type PendingSends, pendingSends } from "./pending-sends.ts";
import { pathOf } from "./room-name.ts";
import { RoomView } from "./room-view.ts";
import { saveClient } from "./storage.ts";

const TOO_FAST = "That was fast. What waits is sent in a moment, in order.";

export class Chat {
	readonly view: RoomView;
	readonly composer: Composer;
	readonly sends: PendingSends;
	readonly #page: Page;

	constructor(page: Page) {
		this.#page = page;
		this.view = new RoomView(page);
		this.sends = pendingSends(page);
		this.composer = new Composer({ page, view: this.view, sends: this.sends });
		eraser(page);
	}

	/** Puts a room on the screen. */
	enter(room: string): void {
		const path = pathOf(room);
		if (path !== location.pathname) history.pushState(null, "", path);
		this.#page.room = room;
		this.view.enter();
		this.sends.enter();
		this.composer.enter();
	}

	welcome(welcome: Extract<ServerEvent, { type: "welcome" }>): void {
		const { client, last, role, node = "" } = welcome;
		this.#page.node = node;
		this.#page.role = role === "admin" || role === "maker" ? role : "member";
		const { room } = this.#page.snapshot.context;
		saveClient(room, client);
		// A login that another page began may lead to another room.
		if (this.#page.room !== room) this.enter(room);
		this.view.welcome(welcome);
		this.sends.outbox().welcome(client, last);
	}

	/** Another person is going to log in. */
	forgetSends(): void {
		this.sends.clear();
		this.composer.enter();
	}

	receive(event: RoomEvent): void {
		if (isAboutRooms(event)) return;
		const here = this.#page.room;
		const room = ("room" in event && event.room) || here;
		if (event.kind === "head") this.view.receive(event);
		else if (room === here) {
			if (this.#page.isOpen) this.#receiveHere(event);
		} else if (event.kind === "ack") {
			this.sends.outbox(room).shown(event.last);
			this.view.rooms.render();
		}
	}

	#receiveHere(event: Exclude<RoomEvent, AboutRooms>) {
		const outbox = this.sends.outbox();
		switch (event.kind) {
			case "ack":
				if (this.#page.snapshot.context.trouble)
					this.#page.dispatch({ type: "accepted" });
				return outbox.accepted(event.last);
			case "textRefused":
				if (outbox.refused(event)) showBriefly(TOO_FAST);
				return;
			case "aside":
				// Where it stands may be far from what the reader looks at.
				if (this.#page.isAsking) showBriefly(event.text);
				this.#page.isAsking = false;
				break;
			case "said":
				outbox.shown(event.n ?? 0, event.client);
				break;
			case "caughtUp":
				outbox.caughtUp();
		}
		this.view.receive(event);
		if (event.kind === "members") this.composer.autocomplete.updateMembers();
	}
}
