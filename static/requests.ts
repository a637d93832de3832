/** Questions to the server, each with an id and one answer. */

import type { ClientFrame } from "../machines/protocol.ts";
import type { Answer } from "./frames.ts";
import type { Page } from "./page.ts";
import { t } from "./words.ts";

export const OFFLINE = t("offline");
/** For what may be done all the same. */
export const UNANSWERED = t("bot.silent");

/** Nobody waits longer for an answer. */
const LONGEST_MS = 15_000;
/** After so long the person is told that it is on its way. */
export const SLOW_MS = 500;

/** What is wrong, or nothing. */
export const wordsOf = (answer: Answer) =>
	answer.kind === "notDone" ? answer.words : "";

interface Waiting {
	/** What is said if no answer comes. */
	readonly words: string;
	resolve(answer: Answer): void;
}

export class Requests {
	readonly #page: Page;
	readonly #waiting = new Map<string, Waiting>();
	#asked = 0;

	constructor(page: Page) {
		this.#page = page;
	}

	/** Resolves with the answer; without a connection with words about that, and with `unanswered` if the answer is lost. */
	ask(question: ClientFrame, unanswered = OFFLINE): Promise<Answer> {
		const id = `a${this.#asked++}`;
		const { isOpen } = this.#page;
		const words = isOpen ? unanswered : OFFLINE;
		const answer = new Promise<Answer>((resolve) =>
			this.#waiting.set(id, { words, resolve }),
		);
		if (isOpen) this.#page.send({ ...question, id });
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
		this.#waiting.get(answer.id ?? "")?.resolve(answer);
		return this.#waiting.delete(answer.id ?? "");
	}

	#giveUp(id: string): void {
		const { words = "" } = this.#waiting.get(id) ?? {};
		this.receive({ kind: "notDone", words, id });
	}
}
