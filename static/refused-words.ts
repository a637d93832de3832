/**
 * Edits that were refused, and commands that had no answer, while something
 * else was being written. Each is in the field again once that is empty and
 * nothing was typed for a moment.
 */

import type { Said } from "../machines/message.ts";
import { saveDraft } from "./storage.ts";

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
	/** All of one room. */
	#waiting: readonly RefusedWords[] = [];
	#typedAt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Returns whether they are in the field at once. */
	add(refused: RefusedWords): boolean {
		this.#keep([...this.#waiting, refused], refused.room);
		this.#resume();
		return !this.#waiting.includes(refused);
	}

	/** Something is typed, or was sent: the next line may be begun before an answer is there. */
	typed(): void {
		this.#typedAt = Date.now();
	}

	/** Those that wait are kept elsewhere. */
	takeAll(): readonly RefusedWords[] {
		const all = this.#waiting;
		if (all[0]) this.#keep([], all[0].room);
		return all;
	}

	/** They outlive the page. */
	#keep(waiting: readonly RefusedWords[], room: string): void {
		this.#waiting = waiting;
		const texts = waiting.map(({ text }) => text);
		saveDraft(room, texts.join("\n"), "refused");
	}

	#resume(): void {
		clearTimeout(this.#timer);
		const isPause = Date.now() - this.#typedAt >= PAUSE_MS;
		// An emoji that is chosen in a dialog is for what is in the field by now.
		const isBelow = document.querySelector("dialog[open]") !== null;
		if (isPause && !isBelow && this.#parts.isFree()) {
			const [next, ...rest] = this.#waiting;
			if (next) this.#keep(rest, next.room);
			if (next) this.#parts.resume(next);
		}
		if (this.#waiting.length > 0)
			this.#timer = setTimeout(() => this.#resume(), PAUSE_MS);
	}
}
