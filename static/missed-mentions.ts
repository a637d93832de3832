/** Looks for what mentioned the reader in other rooms while the page was not there, or without a connection. */

import { later } from "./lazy.ts";
import type { Page } from "./page.ts";

/** A search that failed is not asked again for so long. */
const SEEK_AGAIN_MS = 60_000;
/** After a restart every tab looks for them, but not all at once: those that nobody sees have more time. */
const [SOON_MS, HIDDEN_MS] = [5_000, 60_000];

interface Parts {
	readonly page: Page;
	/** Whether a mention may be among what is new elsewhere. */
	isDue(): boolean;
	found(rooms: readonly string[]): void;
}

export class MissedMentions {
	readonly #parts: Parts;
	/** When they may be looked for: not again while that goes on, or once it is done. */
	#seekFrom = 0;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Something is new elsewhere. */
	seek(): void {
		if (Date.now() >= this.#seekFrom && this.#parts.isDue()) void this.#seek();
	}

	/** What mentioned the reader while there was no connection was told to no page. */
	again(): void {
		if (this.#seekFrom !== Infinity) return;
		const most = document.hidden ? HIDDEN_MS : SOON_MS;
		const wait = Math.floor(Math.random() * most);
		this.#seekFrom = Date.now() + wait;
		setTimeout(() => this.seek(), wait);
	}

	/** Another person is going to log in. */
	forget(): void {
		this.#seekFrom = 0;
	}

	async #seek(): Promise<void> {
		this.#seekFrom = Infinity;
		const part = await later(false);
		const rooms = await part?.unreadMentions(this.#parts.page);
		if (this.#seekFrom !== Infinity) return;
		if (!rooms) this.#seekFrom = Date.now() + SEEK_AGAIN_MS;
		this.#parts.found(rooms ?? []);
	}
}
