/** Edits, reactions and pins, as the reader makes them. */

import type { Said } from "../machines/message.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import { showBriefly } from "./brief-notice.ts";
import type { AnswerAboutMessage } from "./frames.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { OFFLINE, Requests } from "./requests.ts";

/** A message can be edited for so long. */
const EDITABLE_MS = 24 * 3_600_000;

export const isEditable = ({ time, erased }: Said): boolean =>
	!erased && Date.now() - time < EDITABLE_MS;

const about = ({ room, epoch, offset: target }: Said) => ({
	room,
	epoch,
	target,
});

export class Relations {
	readonly #page: Page;
	readonly #requests: Requests<AnswerAboutMessage>;

	constructor(page: Page) {
		this.#page = page;
		const offline = { kind: "relationRefused", words: OFFLINE } as const;
		this.#requests = new Requests<AnswerAboutMessage>(page, "a", offline);
	}

	receive(answer: AnswerAboutMessage): void {
		this.#requests.receive(answer);
	}

	/** Nobody answers any more. */
	disconnected(): void {
		this.#requests.disconnected();
	}

	ask(question: ClientFrame): Promise<AnswerAboutMessage> {
		return this.#requests.ask(question);
	}

	/** Resolves with what is wrong, or with nothing. */
	async edit(message: Said, text: string): Promise<string> {
		const frame = { kind: "edit", ...about(message), text } as const;
		return wordsOf(await this.ask(frame));
	}

	/** Gives a reaction, or takes it back. */
	async toggle(message: Said, text: string): Promise<void> {
		const given = message.reactions?.find((one) => one.text === text);
		const isMine = given?.by.some(({ name }) => name === this.#page.name);
		const kind = isMine ? "unreact" : "react";
		const frame = { kind, ...about(message), text } as const;
		showBriefly(wordsOf(await this.ask(frame)));
	}

	async togglePin(message: Said): Promise<void> {
		const kind = message.pinned === undefined ? "pin" : "unpin";
		const frame = { kind, ...about(message) } as const;
		showBriefly(wordsOf(await this.ask(frame)));
	}

	/** Deletes one of the reader's own, if they are sure. */
	async erase(message: Said): Promise<void> {
		(await later())?.eraseOne(message, this.#page);
	}

	async openSearch(): Promise<void> {
		(await later())?.openSearch(this.#page);
	}

	/** Lets the reader choose an emoji for a message. */
	async choose(message: Said): Promise<void> {
		const emoji = await pickEmoji();
		if (emoji) await this.toggle(message, emoji);
	}

	async openPins(): Promise<void> {
		(await later())?.openPins(this.#page);
	}
}

/** Resolves with the emoji that the reader chooses, if any. */
export const pickEmoji = async (): Promise<string> =>
	(await (await later())?.chooseEmoji()) ?? "";

/** What is wrong, or nothing. */
export const wordsOf = (answer: AnswerAboutMessage) =>
	answer.kind === "relationRefused" ? answer.words : "";
