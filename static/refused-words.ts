/**
 * Edits that were refused, and commands that had no answer, while something
 * else was being written. Each is in the field again once that is empty and
 * nothing was typed for a moment. A command is never behind other words, which
 * would tell it to the room: it waits until its room is entered again.
 */

import type { Said } from "../machines/message.ts";
import {
	keepCommand,
	keepInDraft,
	saveCommands,
	saveDraft,
	storedCommands,
} from "./storage.ts";

/** So long nothing is typed before such words are in the field. */
const PAUSE_MS = 2_000;

/** What was typed, and why it is not done. */
export interface RefusedWords {
	readonly room: string;
	readonly text: string;
	/** What was edited. */
	readonly message?: Said;
	readonly isCommand?: boolean;
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
	/** The room on the screen. */
	#room = "";
	#typedAt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Returns whether they are in the field at once. A command may be of another room. */
	add(refused: RefusedWords): boolean {
		const { room, text, words } = refused;
		if (room !== this.#room) {
			keepCommand(room, text, words);
			return false;
		}
		this.#keep([...this.#waiting, refused], refused.room);
		this.#resume();
		return !this.#waiting.includes(refused);
	}

	/** Something is typed, or was sent: the next line may be begun before an answer is there. */
	typed(): void {
		this.#typedAt = Date.now();
	}

	/** From here on those of this room wait. Edits of the last one are in its draft, unless another person is here. */
	enter(room: string, isAnother = false): void {
		for (const one of this.#waiting.filter(({ isCommand }) => !isCommand)) {
			if (!isAnother) keepInDraft(one.room, one.text);
			saveDraft(one.room, "", "refused");
		}
		this.#waiting = [];
		this.#room = room;
		this.#read();
	}

	/** Puts the words of an edit behind the room's draft, which waits itself if it is a command. */
	keepInDraft(room: string, words: string): void {
		keepInDraft(room, words);
		if (room === this.#room) this.#read();
	}

	#read(): void {
		const edits = this.#waiting.filter(({ isCommand }) => !isCommand);
		const room = this.#room;
		const commands = storedCommands(room).map(
			(one): RefusedWords => ({ ...one, room, isCommand: true }),
		);
		this.#waiting = [...edits, ...commands];
		this.#await();
	}

	/** They outlive the page. */
	#keep(waiting: readonly RefusedWords[], room: string): void {
		this.#waiting = waiting;
		const edits = waiting.filter(({ isCommand }) => !isCommand);
		const texts = edits.map(({ text }) => text);
		saveDraft(room, texts.join("\n"), "refused");
		saveCommands(
			room,
			waiting.filter(({ isCommand }) => isCommand),
		);
	}

	#resume(): void {
		const isPause = Date.now() - this.#typedAt >= PAUSE_MS;
		// An emoji that is chosen in a dialog is for what is in the field by now.
		const isBelow = document.querySelector("dialog[open]") !== null;
		if (isPause && !isBelow && this.#parts.isFree()) {
			const [next, ...rest] = this.#waiting;
			if (next) this.#keep(rest, next.room);
			if (next) this.#parts.resume(next);
		}
		this.#await();
	}

	#await(): void {
		clearTimeout(this.#timer);
		if (this.#waiting.length > 0)
			this.#timer = setTimeout(() => this.#resume(), PAUSE_MS);
	}
}
