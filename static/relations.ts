/** Edits, reactions and pins, as the reader makes them. */

import type { Said } from "../machines/message.ts";
import type { ClientFrame, ServerFrame } from "../machines/protocol.ts";
import { showBriefly } from "./brief-notice.ts";
import type { AnswerAboutMessage } from "./frames.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { OFFLINE, Requests } from "./requests.ts";

type Query = Omit<ClientFrame<"find">, "kind">;
export type Hit = ServerFrame<"found">["hits"][number];

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
	/** The server answers one search at a time, and refuses others. */
	#searching: Promise<unknown> = Promise.resolve();

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

	/** Resolves with what is wrong, or with nothing. */
	async edit(message: Said, text: string): Promise<string> {
		const frame = { kind: "edit", ...about(message), text } as const;
		return wordsOf(await this.#requests.ask(frame));
	}

	/** Gives a reaction, or takes it back. */
	async toggle(message: Said, text: string): Promise<void> {
		const given = message.reactions?.find((one) => one.text === text);
		const isMine = given?.by.some(({ name }) => name === this.#page.name);
		const kind = isMine ? "unreact" : "react";
		const frame = { kind, ...about(message), text } as const;
		showBriefly(wordsOf(await this.#requests.ask(frame)));
	}

	async togglePin(message: Said): Promise<void> {
		const kind = message.pinned === undefined ? "pin" : "unpin";
		const frame = { kind, ...about(message) } as const;
		showBriefly(wordsOf(await this.#requests.ask(frame)));
	}

	/** What is pinned in the room, or what is wrong. */
	async pins(): Promise<ServerFrame<"pins">["pins"] | string> {
		const { room, epoch } = this.#page;
		const answer = await this.#requests.ask({ kind: "pins", room, epoch });
		return answer.kind === "pins" ? answer.pins : wordsOf(answer);
	}

	/** What a search finds, or what is wrong. */
	async search(query: Query): Promise<ServerFrame<"found"> | string> {
		const asking = this.#searching.then(() => this.#find(query));
		this.#searching = asking;
		const answer = await asking;
		return answer.kind === "found" ? answer : wordsOf(answer);
	}

	/** Waits where the server asks for that, as when another tab of the reader's is searching. */
	async #find(query: Query, tries = 5): Promise<AnswerAboutMessage> {
		const answer = await this.#requests.ask({ kind: "find", ...query });
		const waitMs = answer.kind === "relationRefused" && answer.retryAfter;
		if (!waitMs || tries === 1) return answer;
		await new Promise((resolve) => setTimeout(resolve, waitMs));
		return this.#find(query, tries - 1);
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

	/** Lists what is pinned in the room. */
	async openPins(): Promise<void> {
		(await later())?.openPins(await this.pins(), this.#page.show);
	}
}

/** Resolves with the emoji that the reader chooses, if any. */
export const pickEmoji = async (): Promise<string> =>
	(await (await later())?.chooseEmoji()) ?? "";

const wordsOf = (answer: AnswerAboutMessage) =>
	answer.kind === "relationRefused" ? answer.words : "";
