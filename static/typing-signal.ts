/** Tells the others in the room that the reader is writing. */

import type { Page } from "./page.ts";

/** The shortest time between two `typing` frames. */
const TYPING_EVERY_MS = 3_000;

export function typingSignal(page: Page) {
	let toldAt = 0;
	return {
		typed(text: string): void {
			const now = Date.now();
			const isOver = text.trim() === "" || page.isClosed;
			if (isOver || now - toldAt < TYPING_EVERY_MS) return;
			toldAt = now;
			page.send({ kind: "typing" });
		},
		/** What is typed next is another line. */
		sent(): void {
			toldAt = 0;
		},
	};
}
