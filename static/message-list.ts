/** The messages that a dialog asks for and lists, as they are by now. It is loaded with such dialogs. */

import type { Said } from "../machines/message.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import { type Change, changed } from "../machines/relations.ts";
import { keepFocus } from "./dialog.ts";
import { make } from "./element.ts";
import type { Answer } from "./frames.ts";
import type { Page } from "./page.ts";

/** Waits where the server asks for that: it answers one such question at a time, and history, or another tab, may come first. */
export async function askFor(
	page: Page,
	question: ClientFrame,
	isWanted = () => true,
	tries = 5,
): Promise<Answer> {
	const answer = await page.requests.ask(question);
	const waitMs = answer.kind === "notDone" && answer.retryAfter;
	if (!waitMs || tries === 1) return answer;
	await new Promise((resolve) => setTimeout(resolve, waitMs));
	return isWanted() ? askFor(page, question, isWanted, tries - 1) : answer;
}

interface Parts {
	readonly page: Page;
	/** Makes a row; nothing if the message is not to be listed any more. */
	draw(message: Said): HTMLElement | undefined;
	/** No row is left. */
	emptied(): void;
}

export class MessageList {
	readonly element = make("div", "offers");
	readonly #parts: Parts;
	/** Each row, with its message as it is shown. */
	readonly #rows = new Map<HTMLElement, Said>();

	/** It hears what becomes of messages in the room on the screen, until another list is made. */
	constructor(parts: Parts) {
		this.#parts = parts;
		parts.page.changed = (change) => this.#change(change);
	}

	/** Returns the first of the new rows. */
	add(messages: readonly Said[]): HTMLElement | undefined {
		const rows = messages.flatMap((message) => this.#row(message));
		this.element.append(...rows);
		return rows[0];
	}

	#row(message: Said): readonly HTMLElement[] {
		const row = message.erased ? undefined : this.#parts.draw(message);
		if (row) this.#rows.set(row, message);
		return row ? [row] : [];
	}

	clear(): void {
		this.#rows.clear();
		this.element.replaceChildren();
	}

	#change(change: Change): void {
		const dialog = this.element.closest("dialog");
		// A reaction is not in a list.
		if (!dialog || /react/.test(change.kind)) return;
		for (const [row, message] of [...this.#rows]) {
			const now = changed(message, change);
			if (now === message) continue;
			const hadFocus = row === document.activeElement;
			this.#rows.delete(row);
			const rows = this.#row(now);
			keepFocus(dialog, () => row.replaceWith(...rows));
			if (hadFocus) rows[0]?.focus();
			if (this.#rows.size === 0) this.#parts.emptied();
		}
	}
}
