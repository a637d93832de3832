/**
 * The messages below the timeline that the room has not shown yet, and the
 * buttons for those it refused. Each room has its own outbox.
 */

import { find, say, show } from "./element.ts";
import { messageElement } from "./message-element.ts";
import { Outbox, type PendingLine } from "./outbox.ts";
import type { Page } from "./page.ts";
import * as storage from "./storage.ts";

export class PendingSends {
	readonly #list = find("#outbox", HTMLElement);
	readonly #failed = find("#failed", HTMLElement);
	readonly #page: Page;
	readonly #outboxes = new Map<string, Outbox>();

	constructor(page: Page) {
		this.#page = page;
		const retry = find("#failed-retry", HTMLButtonElement);
		const drop = find("#failed-drop", HTMLButtonElement);
		retry.onclick = () => this.outbox().retry();
		drop.onclick = () => this.outbox().drop();
	}

	outbox(room = this.#page.room): Outbox {
		const known = this.#outboxes.get(room);
		if (known) return known;
		const lines = storage.storedLines(room);
		const client = storage.storedClient(room);
		const outbox = new Outbox(lines, client, {
			save: (lines) => {
				storage.saveLines(room, lines);
				if (room === this.#page.room) this.#show(lines);
			},
			send: (text, n) => this.#page.send({ kind: "text", text, room, n }),
			wait: (ms, then) => setTimeout(then, ms),
		});
		this.#outboxes.set(room, outbox);
		return outbox;
	}

	enter(): void {
		this.#show(this.outbox().lines);
	}

	/** Another person is here now. */
	clear(): void {
		storage.dropPendingSends();
		this.#outboxes.clear();
		this.#show([]);
	}

	#show(lines: readonly PendingLine[]): void {
		const [name, time] = [this.#page.name, Date.now()];
		const elements = lines.map(({ text, why }, at) => {
			const line = { kind: "said", name, text, time } as const;
			const element = messageElement(line, at > 0, this.#page);
			element.classList.toggle("failed", why !== "");
			return element;
		});
		this.#list.replaceChildren(...elements);
		const whys = lines.flatMap(({ why }) => why || []);
		const many = whys.length === 1 ? "1 line was" : `${whys.length} lines were`;
		show(this.#failed, whys.length > 0);
		say("#failed-words", whys[0] ? `${many} not sent. ${whys[0]}` : "");
	}
}
