/**
 * Answers those who ask for what was said earlier: a page at a time for each
 * visit. The answer is read from what is committed; like any other it waits
 * for what its asker's standing was decided on.
 */
import { MessageType } from "../../machines/message.ts";
import type { Archive, Page, PageAsked } from "../archive/archive.ts";
import type { Room } from "../chat/room.ts";
import type { Reporter } from "./parts.ts";
import type { Rule } from "./refusals.ts";
import type { Visit } from "./visit.ts";

/** As many lines as who comes back can be sent at once, the shortest ones too. */
const RECALLED = 330;

/** How a visitor is answered. */
export interface Voice {
	/** Runs a task when all that is ordered now was told. */
	whenTold(visit: Visit, task: () => void): void;
	refuse(visit: Visit, rule: Rule, re: MessageType): void;
}

export class Pages {
	readonly #archive: Archive;
	readonly #report: Reporter;
	readonly #voice: Voice;
	#erasures = 0;
	readonly #reading = new WeakSet<Visit>();

	constructor(archive: Archive, report: Reporter, voice: Voice) {
		this.#archive = archive;
		this.#report = report;
		this.#voice = voice;
	}

	/** Tells a page to who is in a room, sooner or later. */
	ask(visit: Visit, isInside: boolean, asked: PageAsked): void {
		const re = MessageType.history;
		if (!isInside) this.#voice.refuse(visit, "isInside", re);
		else if (this.#reading.has(visit))
			this.#voice.refuse(visit, "isNotTooFast", re);
		else this.#read(visit, asked);
	}

	/** Lets a room remember what is shown to who enters. Never rejects. */
	async recall(room: Room): Promise<void> {
		for (let before = room.lacks; before; before = room.lacks) {
			const erasures = this.#erasures;
			const { name, head } = room;
			const asked = { room: name, epoch: head.epoch, before, limit: RECALLED };
			const page = await this.#archive.page(asked).catch((error: unknown) => {
				this.#warn(error);
				return undefined;
			});
			if (before === room.lacks && erasures === this.#erasures)
				room.recall(page?.items ?? []);
		}
	}

	/** What was read so far may hold what is being erased. */
	onErased(): void {
		this.#erasures++;
	}

	#read(visit: Visit, asked: PageAsked): void {
		const before = this.#erasures;
		this.#reading.add(visit);
		this.#archive.page(asked).then(
			(page) =>
				this.#voice.whenTold(visit, () => {
					if (this.#erasures !== before) this.#read(visit, asked);
					else this.#answer(visit, asked, page);
				}),
			(error: unknown) => {
				this.#reading.delete(visit);
				this.#fail(visit, error);
			},
		);
	}

	/** Lets the archive follow the log in quiet times. */
	catchUp(): void {
		this.#archive.catchUp().catch((error: unknown) => this.#warn(error));
	}

	#answer(visit: Visit, asked: PageAsked, page: Page | undefined): void {
		this.#reading.delete(visit);
		const { room, epoch, before } = asked;
		if (page) visit.mailbox.put({ kind: "page", room, epoch, before, ...page });
		else this.#voice.refuse(visit, "placeIsKnown", MessageType.history);
	}

	#fail(visit: Visit, error: unknown): void {
		this.#warn(error);
		this.#voice.refuse(visit, "historyIsReadable", MessageType.history);
	}

	#warn(error: unknown): void {
		const fields = { error: error instanceof Error ? error.message : error };
		this.#report.warn(fields, "history could not be read");
	}
}
