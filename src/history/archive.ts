/**
 * What was ever said in a room, back to the first message, read from the log
 * a page at a time. Nothing of it is kept in memory but a few indexes of
 * segments; they follow the log only when somebody asks, and those of full
 * segments are kept as files.
 *
 * One page is read after the other, so that many readers take no more memory
 * than one. What has rotted is never shown: the page is refused.
 */
import type { Identity } from "../../machines/events.ts";
import { epochOf, isVisible, itemOf } from "../../machines/item.ts";
import type { Item } from "../../machines/message.ts";
import type { ClientFrame } from "../../machines/protocol.ts";
import { takeBytes } from "../bytes.ts";
import type { Log, Span } from "../log/log.ts";
import type { IndexFiles } from "./index-files.ts";
import { Indexes } from "./indexes.ts";
import { type Reading, type SaidLine, saidBy, saidSince } from "./said.ts";
import {
	lastOf,
	type Person,
	type RoomIndex,
	type SegmentIndex,
	spansBelow,
} from "./segment-index.ts";

/** So that a page is at most 256 KiB as frames, with room for what else is on its way. */
const PAGE_BYTES = 128 * 1024;

/** `before` is the offset of the first item that is not wanted. */
type PageAsked = Pick<ClientFrame<"history">, "room" | "epoch" | "before"> & {
	readonly limit: number;
};

export interface Page {
	/** Ascending, without gaps. */
	readonly items: readonly Item[];
	/** Whether there is anything before them. */
	readonly more: boolean;
}

export interface ItemPosition {
	readonly room: string;
	readonly epoch: string;
	readonly offset: number;
}

/** A message whose text is still there. */
export interface Found extends ItemPosition {
	readonly seq: number;
	readonly time: number;
	readonly text: string;
	readonly author: Person;
	readonly segment: number;
	readonly span: Span;
	/** Of all that someone said: another number where somebody else spoke under their name in between. */
	readonly run?: number;
}

export class Archive {
	readonly #log: Log;
	readonly #indexes: Indexes;
	readonly #reading: Reading;
	#turn: Promise<unknown> = Promise.resolve();
	#isResting = true;
	/** What `after` will read, and has not begun to. */
	readonly #asked = new Map<string, Promise<readonly Item[]>>();

	constructor(log: Log, files?: IndexFiles) {
		this.#log = log;
		const indexes = new Indexes(log, files);
		this.#indexes = indexes;
		this.#reading = { log, indexes, inTurn: (task) => this.inTurn(task) };
	}

	/** Nobody waits for anything. */
	get isResting(): boolean {
		return this.#isResting;
	}

	/** Undefined if there is no such position. Rejects if the log can't be read there. */
	page(asked: PageAsked): Promise<Page | undefined> {
		return this.inTurn(() => this.#page(asked));
	}

	/** What stands right after a position, at most `limit` items and no more than a page; none if there is no such position. Rejects if the log can't be read there. */
	after(position: ItemPosition, limit: number): Promise<readonly Item[]> {
		const key = JSON.stringify([
			position.room,
			position.epoch,
			position.offset,
			limit,
		]);
		// After a start many ask for the same: it is read once for all of them.
		const found =
			this.#asked.get(key) ??
			this.inTurn(() => {
				this.#asked.delete(key);
				return this.#after(position, limit);
			});
		this.#asked.set(key, found);
		return found;
	}

	/** Lets the indexes follow the log, so that whoever asks next need not wait for it. */
	catchUp() {
		return this.inTurn(() => this.#indexes.newest());
	}

	/** The message at a position, if there is one. */
	find(position: ItemPosition): Promise<Found | undefined> {
		return this.inTurn(() => this.#find(position));
	}

	/** Every message of someone's, from the first, in any room that ever was. */
	saidBy(identity: Identity): AsyncGenerator<Found, void> {
		return saidBy(identity, this.#reading);
	}

	/** Who said what since a time, as far as the text is still there. */
	saidSince(since: number): AsyncGenerator<SaidLine, void> {
		return saidSince(since, this.#reading);
	}

	/** Reads and erases one after the other. */
	inTurn<Answer>(task: () => Promise<Answer>): Promise<Answer> {
		const answer = this.#turn.then(task);
		const turn = answer
			.catch(() => {})
			.then(() => {
				if (this.#turn === turn) this.#isResting = true;
			});
		this.#turn = turn;
		this.#isResting = false;
		return answer;
	}

	/** The index of the segment where an item stands. */
	async #indexAt({ room, epoch, offset }: ItemPosition) {
		let index = await this.#indexes.newest();
		const known = index?.rooms.get(room);
		if (!known || epochOf(this.#log.id, known.incarnation) !== epoch)
			return undefined;
		if (offset > lastOf(known)) return undefined;
		let part: RoomIndex | undefined = known;
		while (index && part && offset <= part.before) {
			index = await this.#indexes.of(part.previous);
			part = index?.rooms.get(room);
		}
		return index && part && { index, part };
	}

	async #after(
		position: ItemPosition,
		limit: number,
	): Promise<readonly Item[]> {
		const next = { ...position, offset: position.offset + 1 };
		const found = await this.#indexAt(next);
		if (!found) return [];
		const spans = spansBelow(found.part, next.offset + limit, limit);
		return this.#items(found.index, takeBytes(spans, PAGE_BYTES, sizeOf), next);
	}

	async #find(position: ItemPosition): Promise<Found | undefined> {
		const { index, part } = (await this.#indexAt(position)) ?? {};
		const [span] = part ? spansBelow(part, position.offset + 1, 1) : [];
		if (!index || !span) return undefined;
		const { segment } = index;
		const [stored] = await this.#log.segments.fetch(segment, [span]);
		const { seq = 0, event, erasable } = stored ?? {};
		if (event?.type !== "message.posted" || !erasable) return undefined;
		const author = index.people.get(event.client);
		if (!author) return undefined;
		const { time } = event;
		return { ...position, seq, time, ...erasable, author, segment, span };
	}

	async #page({ room, epoch, ...asked }: PageAsked): Promise<Page | undefined> {
		let index = await this.#indexes.newest();
		const known = index?.rooms.get(room);
		if (!known || epochOf(this.#log.id, known.incarnation) !== epoch)
			return undefined;
		if (asked.before > lastOf(known) + 1) return undefined;
		const items: Item[] = [];
		let { before } = asked;
		let bytesLeft = PAGE_BYTES;
		while (before > 1 && items.length < asked.limit && bytesLeft > 0) {
			const part = index?.rooms.get(room);
			if (!index || part?.origin !== known.origin)
				throw new Error(`the index does not reach back to ${room} ${before}`);
			if (before - 1 <= part.before) {
				index = await this.#indexes.of(part.previous);
				continue;
			}
			const some = spansBelow(part, before, asked.limit - items.length);
			const spans = takeBytes(
				some.toReversed(),
				bytesLeft,
				sizeOf,
			).toReversed();
			before -= spans.length;
			for (const span of spans) bytesLeft -= sizeOf(span);
			const position = { room, epoch, offset: before };
			items.unshift(...(await this.#items(index, spans, position)));
		}
		return { items, more: before > 1 };
	}

	async #items(
		{ segment, people }: SegmentIndex,
		spans: readonly Span[],
		{ room, epoch, offset }: ItemPosition,
	): Promise<readonly Item[]> {
		const found = await this.#log.segments.fetch(segment, spans);
		return found.map(({ seq, event, erasable }, nth) => {
			const person = "client" in event ? people.get(event.client) : undefined;
			const name = person?.name ?? ("seqs" in event ? event.name : undefined);
			if (!isVisible(event) || event.room !== room || name === undefined)
				throw new Error(`event ${seq} is not what the index says it is`);
			const position = { epoch, offset: offset + nth };
			return itemOf(event, position, name, erasable?.text);
		});
	}
}

const sizeOf = ({ bytes }: Span) => bytes;
