/** Questions to the server that have an id, each with one answer. */

import type { ClientFrame } from "../machines/protocol.ts";
import type { Page } from "./page.ts";
import { t } from "./words.ts";

export const OFFLINE = t("offline");

/** Nobody waits longer for an answer. */
const LONGEST_MS = 15_000;

interface Answer {
	readonly id?: string | undefined;
}

export class Requests<Answered extends Answer> {
	readonly #page: Page;
	/** What the ids begin with. */
	readonly #mark: string;
	/** Stands for an answer that does not come: there is no connection, or it was lost. */
	readonly #offline: Answered;
	readonly #waiting = new Map<string, (answer: Answered) => void>();
	#asked = 0;

	constructor(page: Page, mark: string, offline: Answered) {
		this.#page = page;
		this.#mark = mark;
		this.#offline = offline;
	}

	ask(question: ClientFrame): Promise<Answered> {
		const id = `${this.#mark}${this.#asked++}`;
		const answer = new Promise<Answered>((resolve) =>
			this.#waiting.set(id, resolve),
		);
		if (this.#page.isOpen) this.#page.send({ ...question, id });
		else this.#answer(id, this.#offline);
		// The part of the server that was to decide may be gone.
		setTimeout(() => this.#answer(id, this.#offline), LONGEST_MS);
		return answer;
	}

	/** Nobody answers any more. */
	disconnected(): void {
		for (const id of this.#waiting.keys()) this.#answer(id, this.#offline);
	}

	receive(answer: Answered): void {
		if (answer.id !== undefined) this.#answer(answer.id, answer);
	}

	#answer(id: string, answer: Answered): void {
		this.#waiting.get(id)?.(answer);
		this.#waiting.delete(id);
	}
}
