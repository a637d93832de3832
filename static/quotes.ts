/**
 * Shows what a reply answers: who said it, and how it begins. Nothing of it is
 * in the reply. It is looked up among the lines on the screen, or else asked
 * of the server, one at a time.
 */

import { type Change, changed, isChange } from "../machines/relations.ts";
import { button, find, make } from "./element.ts";
import type { Line, RoomLine } from "./frames.ts";
import type { Page } from "./page.ts";
import { nameTag } from "./person.ts";
import { t } from "./words.ts";

/** UTF-16 units that are shown. */
const MOST_SHOWN = 120;
/** What was asked too soon after something else is asked again after so long. */
export const RETRY_MS = 1_000;
/** What these requests' ids begin with. */
const MARK = "quote";

/** A text without its line breaks, and without the marks of code. */
export const onOneLine = (text: string): string =>
	text.replace(/`+/g, "").replace(/\s+/g, " ").trim();

type Quoted = Extract<Line, { offset: number }>;

export class Quotes {
	readonly #page: Page;
	/** What was asked for, by offset; undefined if it can't be read. */
	readonly #found = new Map<number, Quoted | undefined>();
	readonly #wanted = new Set<number>();
	#asked = 0;
	/** A question about history that waits until this one is answered. */
	#waiting: (() => void) | undefined;

	constructor(page: Page) {
		this.#page = page;
	}

	/** Forgets everything: the room is another. */
	clear(): void {
		this.#found.clear();
		this.#wanted.clear();
		this.#asked = 0;
		this.#waiting = undefined;
	}

	/** Hears each line of the room, whatever brought it. */
	hear(line: RoomLine): void {
		if (isChange(line)) this.#change(line);
		else if ("offset" in line && this.#wanted.has(line.offset))
			this.#found.set(line.offset, line);
	}

	/** Takes the end of an answer, or a refusal that may be otherwise soon; false if it is none of these. */
	finish(id: string | undefined, isHasty: boolean): boolean {
		if (!id?.startsWith(MARK)) return false;
		const offset = Number(id.slice(MARK.length));
		// It may be about the room before.
		if (offset !== this.#asked) return true;
		this.#asked = 0;
		if (isHasty && !this.#found.has(offset)) {
			setTimeout(() => this.resume(), RETRY_MS);
			return true;
		}
		if (!this.#found.has(offset)) this.#found.set(offset, undefined);
		this.#wanted.delete(offset);
		this.#fill(offset);
		this.resume();
		return true;
	}

	/** Whether history may be asked for now; if not, the task runs as soon as it may: only one question is answered at a time. */
	isFree(task: () => void): boolean {
		if (this.#asked > 0) this.#waiting = task;
		return this.#asked === 0;
	}

	get isWaiting(): boolean {
		return this.#waiting !== undefined;
	}

	/** What waits is not wanted any more. */
	stopWaiting(): void {
		this.#waiting = undefined;
	}

	/** Goes on, after a question of somebody else was answered. */
	resume(): void {
		const task = this.#waiting;
		this.#waiting = undefined;
		if (task) task();
		else this.#askNext();
	}

	/** The connection is another: what was asked on the one before is asked again. */
	restart(): void {
		this.#asked = 0;
		this.#waiting = undefined;
		this.#askNext();
	}

	/** The quote above a reply. `shown` are the lines on the screen. */
	element(offset: number, shown: (offset: number) => Line | undefined) {
		const line = shown(offset);
		if (line && "offset" in line) this.#found.set(offset, line);
		const onclick = () => this.#page.show(offset);
		const look = { tabIndex: -1, className: "quote", title: t("quote.title") };
		const quote = button(look, onclick, ...this.#words(offset));
		quote.dataset.quotes = `${offset}`;
		if (!this.#found.has(offset)) {
			this.#wanted.add(offset);
			this.#askNext();
		}
		return quote;
	}

	#words(offset: number): readonly (Node | string)[] {
		if (!this.#found.has(offset)) return ["…"];
		const line = this.#found.get(offset);
		if (!line || !("name" in line)) return [t("quote.gone")];
		if (this.#page.isBlocked(line.name)) return [t("message.blocked")];
		const isGone = "erased" in line && line.erased === true;
		const text = "text" in line && !isGone ? line.text : t("quote.deleted");
		const shown = onOneLine(text).slice(0, MOST_SHOWN);
		return [
			nameTag(line.name),
			" ",
			make("bdi", isGone ? "erased" : "", shown),
		];
	}

	#fill(offset: number): void {
		const all = find("#log").querySelectorAll(`[data-quotes="${offset}"]`);
		for (const quote of all) quote.replaceChildren(...this.#words(offset));
	}

	#change(change: Change): void {
		for (const [offset, line] of this.#found) {
			const now = line && changed(line, change);
			if (now === line) continue;
			this.#found.set(offset, now);
			this.#fill(offset);
		}
	}

	#askNext(): void {
		const [offset] = this.#wanted;
		if (this.#asked > 0 || offset === undefined || !this.#page.epoch) return;
		const { room, epoch, isOpen } = this.#page;
		if (!isOpen || this.#page.isPaging()) return;
		this.#asked = offset;
		const about = { room, epoch, before: offset + 1, limit: 1 };
		this.#page.send({ kind: "history", ...about, id: `${MARK}${offset}` });
	}
}
