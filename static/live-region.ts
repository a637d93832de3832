/**
 * New messages for screen readers: a polite live region that changes at most
 * once a second, and gives only a number when there are too many to listen to.
 */

import { find } from "./element.ts";

const EVERY_MS = 1_000;
const MOST = 3;

export class LiveRegion {
	readonly #region = find("#announcer", HTMLElement);
	#waiting: string[] = [];
	#isBusy = false;

	say(words: string): void {
		this.#waiting.push(words);
		if (this.#isBusy) return;
		this.#isBusy = true;
		setTimeout(() => this.#flush(), EVERY_MS / 4);
	}

	clear(): void {
		this.#waiting = [];
		this.#region.textContent = "";
	}

	#flush(): void {
		const isTooMany = this.#waiting.length > MOST;
		this.#region.textContent = isTooMany
			? `${this.#waiting.length} new messages.`
			: this.#waiting.join("\n");
		// One more turn empties the region.
		this.#isBusy = this.#waiting.length > 0;
		if (this.#isBusy) setTimeout(() => this.#flush(), EVERY_MS);
		this.#waiting = [];
	}
}
