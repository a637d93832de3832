/** The chat screen: the room, what is to be sent to it, and the composer. */

import type { PageSnapshot } from "../machines/page.ts";
import type { PageEvent, ServerEvent } from "../machines/page-events.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import { showBriefly } from "./brief-notice.ts";
import { Composer } from "./composer.ts";
import { eraser } from "./erase.ts";
import type { RoomEvent } from "./frames.ts";
import { PendingSends } from "./pending-sends.ts";
import { pathOf } from "./room-name.ts";
import { RoomView } from "./room-view.ts";
import { claimClient, saveClient } from "./storage.ts";

type Welcome = Extract<ServerEvent, { type: "welcome" }>;

const TOO_FAST = "That was fast. What waits is sent in a moment, in order.";

interface World {
	snapshot(): PageSnapshot;
	dispatch(event: PageEvent): void;
	send(frame: ClientFrame): void;
}

export class Chat {
	readonly view: RoomView;
	readonly composer: Composer;
	readonly #world: World;
	readonly #sends: PendingSends;
	/** The last room that was asked for, while others may still be loading. */
	#destination = "";

	constructor(world: World) {
		const myName = () => world.snapshot().context.name;
		const send = (frame: ClientFrame) => {
			if (this.#isOpen) world.send(frame);
		};
		this.#world = world;
		this.view = new RoomView({
			...{ myName, send },
			go: (room) => void this.go(room),
		});
		this.#sends = new PendingSends({
			...{ myName, send: world.send },
			edit: (texts) => this.composer.edit(texts),
		});
		this.composer = new Composer({
			send: (text) => {
				this.view.spoke();
				this.#sends.outbox().add(text);
			},
			typing: () => send({ kind: "typing" }),
			names: () => this.view.names,
		});
		eraser({
			eraseOne: (target) => {
				const { position } = this.view;
				if (position) send({ kind: "erase", ...position, target });
			},
			eraseAll: () => {
				const farewell = `All you said is gone, and “${myName()}” is free again.`;
				world.dispatch({ type: "eraseAll", update: { farewell } });
			},
			done: () => this.composer.focus(),
		});
	}

	/** Asks the machine for another room. */
	async go(room: string): Promise<void> {
		this.#destination = room;
		if (room !== this.#context.room) {
			await claimClient(room);
			if (this.#destination !== room) return;
			this.#world.dispatch({ type: "go", update: { room } });
		}
		// On a touch screen the keyboard would cover half of the room.
		if (!matchMedia("(pointer: coarse)").matches) this.composer.focus();
	}

	/** Puts a room on the screen. */
	enter(room: string): void {
		const path = pathOf(room);
		if (path !== location.pathname) history.pushState(null, "", path);
		this.view.enter(room);
		this.#sends.enter(room);
		this.composer.enter(room);
	}

	/** The machine's snapshot may still be the one before the welcome, hence `room`. */
	welcome(welcome: Welcome, room: string): void {
		const { client, last } = welcome;
		saveClient(room, client);
		// A login that another page began may lead to another room.
		if (this.view.room !== room) this.enter(room);
		this.view.welcome(welcome);
		this.#sends.outbox().welcome(client, last);
	}

	disconnected(): void {
		this.#sends.disconnected();
	}

	/** Another person is going to log in. */
	forgetSends(room: string): void {
		this.#sends.clear();
		this.composer.enter(room);
	}

	receive(event: RoomEvent): void {
		const here = this.#context.room;
		const room = ("room" in event && event.room) || here;
		if (event.kind === "head") this.view.receive(event);
		else if (room === here) {
			if (this.#isOpen) this.#receiveHere(event);
		} else if (event.kind === "ack") {
			this.#sends.outbox(room).shown(event.last);
			this.view.updateRooms();
		}
	}

	#receiveHere(event: RoomEvent) {
		const outbox = this.#sends.outbox();
		switch (event.kind) {
			case "ack":
				if (this.#context.trouble) this.#world.dispatch({ type: "accepted" });
				return outbox.accepted(event.last);
			case "textRefused":
				if (outbox.refused(event)) showBriefly(TOO_FAST);
				return;
			case "said":
				outbox.shown(event.n ?? 0, event.client);
				break;
			case "caughtUp":
				outbox.caughtUp();
		}
		this.view.receive(event);
		if (event.kind === "members") this.composer.updateMembers();
	}

	get #context() {
		return this.#world.snapshot().context;
	}

	get #isOpen(): boolean {
		return this.#world.snapshot().matches("chatting");
	}
}
