/**
 * The messages below the timeline that the room has not shown yet, and the
 * buttons for those it refused. Each room has its own outbox.
 */

import type { ClientFrame } from "../machines/protocol.ts";
import { find, say } from "./element.ts";
import { messageElement } from "./message-element.ts";
import { Outbox, type PendingLine } from "./outbox.ts";
import * as storage from "./storage.ts";

interface World {
	myName(): string;
	send(frame: ClientFrame): void;
	/** Puts refused texts back into the composer. */
	edit(texts: readonly string[]): void;
}

export class PendingSends {
	readonly #list = find("#outbox", HTMLElement);
	readonly #failed = find("#failed", HTMLElement);
	readonly #world: World;
	readonly #outboxes = new Map<string, Outbox>();
	#room = "";

	constructor(world: World) {
		this.#world = world;
		const retry = find("#failed-retry", HTMLButtonElement);
		const drop = find("#failed-drop", HTMLButtonElement);
		const edit = find("#failed-edit", HTMLButtonElement);
		retry.onclick = () => this.outbox().retry();
		drop.onclick = () => this.outbox().drop();
		edit.onclick = () => world.edit(this.outbox().drop());
	}

	outbox(room = this.#room): Outbox {
		const known = this.#outboxes.get(room);
		if (known) return known;
		const [lines, client] = [
			storage.storedLines(room),
			storage.storedClient(room),
		];
		const outbox = new Outbox(lines, client, {
			save: (lines) => {
				storage.saveLines(room, lines);
				if (room === this.#room) this.#show(lines);
			},
			send: (text, n) => this.#world.send({ kind: "text", text, room, n }),
			wait: (ms, then) => setTimeout(then, ms),
		});
		this.#outboxes.set(room, outbox);
		return outbox;
	}

	enter(room: string): void {
		this.#room = room;
		this.#show(this.outbox().lines);
	}

	disconnected(): void {
		this.#outboxes.get(this.#room)?.disconnected();
	}

	/** Another person is here now. */
	clear(): void {
		storage.dropPendingSends();
		this.#outboxes.clear();
		this.#show([]);
	}

	#show(lines: readonly PendingLine[]): void {
		const [name, time] = [this.#world.myName(), Date.now()];
		const elements = lines.map(({ text, why }, at) => {
			const line = { kind: "said", name, text, offset: 0, time } as const;
			const element = messageElement(line, at > 0, name);
			element.classList.toggle("failed", why !== "");
			return element;
		});
		this.#list.replaceChildren(...elements);
		const whys = lines.flatMap(({ why }) => why || []);
		const many = whys.length === 1 ? "1 line was" : `${whys.length} lines were`;
		this.#failed.hidden = whys.length === 0;
		say("#failed-words", whys[0] ? `${many} not sent. ${whys[0]}` : "");
	}
}
