/**
 * Edits that were refused, and commands that had no answer, while something
 * else was being written. Each is in the field again once that is empty and
 * nothing was typed for a moment.
 */

import type { Said } from "../machines/message.ts";

/** So long nothing is typed before such words are in the field. */
const PAUSE_MS = 2_000;

/** What was typed, and why it is not done. */
export interface RefusedWords {
	readonly room: string;
	readonly text: string;
	/** What was edited, unless it is a command. */
	readonly message?: Said;
	readonly words: string;
}

interface Parts {
	/** Nothing is in the field, or on its way from there to the bot. */
	isFree(): boolean;
	resume(refused: RefusedWords): void;
}

export class WaitingWords {
	readonly #parts: Parts;
	#waiting: RefusedWords[] = [];
	#typedAt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Returns whether they are in the field at once. */
	add(refused: RefusedWords): boolean {
		this.#waiting.push(refused);
		this.#resume();
		return !this.#waiting.includes(refused);
	}

	/** Something is typed, or was sent: the next line may be begun before an answer is there. */
	typed(): void {
		this.#typedAt = Date.now();
	}

	/** Those that wait are kept elsewhere. */
	takeAll(): readonly RefusedWords[] {
		return this.#waiting.splice(0);
	}

	#resume(): void {
		clearTimeout(this.#timer);
		const isPause = Date.now() - this.#typedAt >= PAUSE_MS;
		// An emoji that is chosen in a dialog is for what is in the field by now.
		const isBelow = document.querySelector("dialog[open]") !== null;
		if (isPause && !isBelow && this.#parts.isFree()) {
			const next = this.#waiting.shift();
			if (next) this.#parts.resume(next);
		}
		if (this.#waiting.length > 0)
			this.#timer = setTimeout(() => this.#resume(), PAUSE_MS);
	}
}
