/** Questions to the server, each with an id and one answer. */

import type { ClientFrame } from "../machines/protocol.ts";
import type { Answer } from "./frames.ts";
import type { Page } from "./page.ts";
import { t } from "./words.ts";

export const OFFLINE = t("offline");

/** Nobody waits longer for an answer. */
const LONGEST_MS = 15_000;
/** After so long the person is told that it is on its way. */
export const SLOW_MS = 500;

/** What is wrong, or nothing. */
export const wordsOf = (answer: Answer) =>
	answer.kind === "notDone" ? answer.words : "";

export class Requests {
	readonly #page: Page;
	readonly #waiting = new Map<string, (answer: Answer) => void>();
	#asked = 0;

	constructor(page: Page) {
		this.#page = page;
	}

	/** Resolves with the answer; without a connection, or if it is lost, with words about that. */
	ask(question: ClientFrame): Promise<Answer> {
		const id = `a${this.#asked++}`;
		const answer = new Promise<Answer>((resolve) =>
			this.#waiting.set(id, resolve),
		);
		if (this.#page.isOpen) this.#page.send({ ...question, id });
		else this.#giveUp(id);
		// The part of the server that was to decide may be gone.
		setTimeout(() => this.#giveUp(id), LONGEST_MS);
		return answer;
	}

	/** Nobody answers any more. What is returned gives up what was asked until now, once what came is read. */
	disconnected(): () => void {
		const ids = [...this.#waiting.keys()];
		return () => {
			for (const id of ids) this.#giveUp(id);
		};
	}

	/** Returns whether somebody waited for it. */
	receive(answer: Answer): boolean {
		this.#waiting.get(answer.id ?? "")?.(answer);
		return this.#waiting.delete(answer.id ?? "");
	}

	#giveUp(id: string): void {
		this.receive({ kind: "notDone", words: OFFLINE, id });
	}
}
