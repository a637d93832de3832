/**
 * Edits that were left, were refused or had no answer, and commands that had
 * none, while something else was being written or another room was on the
 * screen. Each is in the field again once that is empty and nothing was typed
 * for a moment. A command is never behind other words, which would tell it to
 * the room, nor an edit, which would be a new line.
 */

import type { Page } from "./page.ts";
import { messageAt } from "./relations.ts";
import {
	type Edit,
	keepCommand,
	keepEdit,
	keepInDraft,
	saveCommands,
	saveEdits,
	storedCommands,
	storedEdits,
} from "./storage.ts";

/** So long nothing is typed before such words are in the field. */
const PAUSE_MS = 2_000;

/** What was typed, and why it is not done: other words for a message, or a command. */
export type RefusedWords = { readonly room: string } & (
	| Edit
	| { readonly text: string; readonly words: string; readonly offset?: never }
);

/** Whether such words may be in the field. A draft in which nothing was typed yet comes back after an edit, but not after other words. */
export function isFree(
	page: Page,
	value: string,
	refused: RefusedWords,
	isUntouched: boolean,
): boolean {
	const message = refused.offset ? messageAt(page, refused) : undefined;
	const isHidden = isUntouched && message && !message.erased;
	const isBusy = page.isClosed || page.asked.size;
	if (isBusy || (value && !isHidden)) return false;
	return page.isLive() || !refused.offset;
}

interface Parts {
	/** Nothing is in the field, or on its way from there to the bot, and the message is known if it is an edit. A draft in which nothing was typed yet may wait for one. */
	isFree(refused: RefusedWords, isUntouched: boolean): boolean;
	resume(refused: RefusedWords): void;
}

export class WaitingWords {
	readonly #parts: Parts;
	/** All of one room. */
	#waiting: readonly RefusedWords[] = [];
	/** The room on the screen. */
	#room = "";
	#typedAt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Returns whether they are in the field at once. */
	add(refused: RefusedWords): boolean {
		const { room, text, words } = refused;
		if (room !== this.#room) {
			if (refused.offset) keepEdit(room, refused);
			else keepCommand(room, text, words);
			return false;
		}
		this.#keep([...this.#waiting, refused]);
		this.resume();
		return !this.#waiting.includes(refused);
	}

	/** Something is typed, or was sent: the next line may be begun before an answer is there. */
	typed(): void {
		this.#typedAt = Date.now();
	}

	/** From here on those of this room wait. Where nothing can be said any more, edits are in its draft. */
	enter(room: string, isClosed = false): void {
		this.#room = room;
		this.#typedAt = 0;
		for (const { text } of isClosed ? storedEdits(room) : [])
			keepInDraft(room, text);
		if (isClosed) saveEdits(room, []);
		this.#waiting = [...storedEdits(room), ...storedCommands(room)].map(
			(one) => ({ ...one, room }),
		);
		this.#await();
	}

	/** They outlive the page. */
	#keep(waiting: readonly RefusedWords[]): void {
		this.#waiting = waiting;
		const edits = waiting.flatMap((one) => (one.offset ? one : []));
		saveEdits(this.#room, edits);
		saveCommands(
			this.#room,
			waiting.filter((one) => !one.offset),
		);
	}

	/** Call it when they may be free to go. */
	resume(): void {
		const at = this.#typedAt;
		const isPause = Date.now() - at >= PAUSE_MS;
		// An emoji that is chosen in a dialog is for what is in the field by now.
		const isBelow = document.querySelector("dialog[open]") !== null;
		const [next, ...rest] = this.#waiting;
		if (next && isPause && !isBelow && this.#parts.isFree(next, at === 0)) {
			this.#keep(rest);
			this.#parts.resume(next);
		}
		this.#await();
	}

	#await(): void {
		clearTimeout(this.#timer);
		if (this.#waiting.length > 0)
			this.#timer = setTimeout(() => this.resume(), PAUSE_MS);
	}
}
