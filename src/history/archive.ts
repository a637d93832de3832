/**
 * The history of every room, back to its first message, read from the log one
 * page at a time. Only a few segment indexes are in memory. They catch up with
 * the log when a page is requested; indexes of full segments are saved as
 * files.
 *
 * Requests are served one after the other, so that many readers need no more
 * memory than one. If the log has rotted, the page is refused.
 */
import { epochOf } from "../../machines/item.ts";
import type { Item } from "../../machines/message.ts";
import type { ClientFrame } from "../../machines/protocol.ts";
import { takeBytes } from "../bytes.ts";
import type { Log } from "../log/log.ts";
import type { FoundMessage, ItemPosition } from "./found.ts";
import type { IndexFiles } from "./index-files.ts";
import { Indexes } from "./indexes.ts";
import { bytesOf, ItemReader, type RoomPart } from "./item-reader.ts";
import { Relations } from "./relations.ts";
import { ItemKind, itemsFrom, lastOf, talkBelow } from "./segment-index.ts";

/** Keeps a page under 256 KiB as frames, which leaves room in the send buffer for other frames. */
const PAGE_BYTES = 128 * 1024;

const MOST_PENDING = 256;
/** Pinned messages of a room that are listed. */
const MOST_PINS = 50;
/** Pins that are looked at for them: some may be of messages that were erased. */
const MOST_PINS_READ = 200;

/** `before` is the offset after the last wanted item, and `limit` counts messages. */
type PageAsked = Pick<ClientFrame<"history">, "room" | "epoch" | "before"> & {
	readonly limit: number;
};

export interface Page {
	/** Ascending, and without gaps but for relations. */
	readonly items: readonly Item[];
	/** Whether there are items before these. */
	readonly more: boolean;
}

export class Archive {
	readonly log: Pick<Log, "id" | "segments">;
	/** May be used by one task at a time. */
	readonly indexes: Indexes;
	readonly #relations: Relations;
	readonly #items: ItemReader;
	#turn: Promise<unknown> = Promise.resolve();
	/** Requests that are running or waiting. */
	#pending = 0;
	/** Requests of `after` that wait for their turn. */
	readonly #queued = new Map<string, Promise<readonly Item[]>>();

	constructor(log: Log, files?: IndexFiles) {
		this.log = log;
		this.indexes = new Indexes(log, files);
		const { indexes } = this;
		this.#relations = new Relations({
			...{ log, indexes, files: files?.relations },
		});
		this.#items = new ItemReader({ log, relations: this.#relations });
	}

	/** Whether no request is running or waiting. */
	get isIdle(): boolean {
		return this.#pending === 0;
	}

	/** Whether so many requests wait that those which anyone may add to must be refused. */
	get isBusy(): boolean {
		return this.#pending >= MOST_PENDING;
	}

	/** Whether so many wait that what nobody waits for is left out: the rest is for people. */
	get isNearlyBusy(): boolean {
		return this.#pending >= MOST_PENDING / 4;
	}

	/** The items before an offset; undefined if there is no such position. Rejects if the log can't be read there. */
	page(asked: PageAsked): Promise<Page | undefined> {
		return this.inTurn(() => this.#page(asked));
	}

	/** The items after a position, at most `limit` and at most a page; none if there is no such position. Rejects if the log can't be read there. */
	after(position: ItemPosition, limit: number): Promise<readonly Item[]> {
		const { room, epoch, offset } = position;
		const key = JSON.stringify([room, epoch, offset, limit]);
		// After a start many clients request the same items: they are read once.
		const found =
			this.#queued.get(key) ??
			this.inTurn(() => {
				this.#queued.delete(key);
				return this.#after(position, limit);
			});
		this.#queued.set(key, found);
		return found;
	}

	/** How many items after a position are relations; 0 if there is no such position. */
	relationsAfter(position: ItemPosition): Promise<number> {
		const { room, offset } = position;
		return this.inTurn(async () => {
			let at = await this.#newest(position);
			for (let count = 0; ; ) {
				if (!at) return count;
				const { relations, before } = at.part;
				count += relations.filter((one) => one.offset > offset).length;
				if (before <= offset) return count;
				at = await this.#walkBack(at, { ...position, room, offset: before });
			}
		});
	}

	/** Brings the indexes up to date, so that the next request need not wait for that. */
	catchUp() {
		return this.inTurn(() => this.indexes.newest());
	}

	/** The message at a position as it reads now, if there is one; a title too. */
	find(position: ItemPosition): Promise<FoundMessage | undefined> {
		return this.inTurn(async () => {
			const found = await this.#partWith(position);
			return found && this.#items.message(found, position);
		});
	}

	/** The messages that were pinned in a room last, the oldest pin first. Those without text are left out. */
	pins(room: Pick<Item, "room" | "epoch">): Promise<readonly Item[]> {
		return this.inTurn(async () => {
			const newest = await this.#newest({ ...room, offset: 0 });
			if (!newest) return [];
			const pins = await this.#relations.pinsOf(room.room, newest.part);
			const left = pins.slice(-MOST_PINS_READ).map(({ target }) => target);
			const pinned: Item[] = [];
			while (left.length > 0 && pinned.length < MOST_PINS) {
				const latest = left.splice(pinned.length - MOST_PINS);
				pinned.unshift(...(await this.#withText(newest, room, latest)));
			}
			return pinned;
		});
	}

	/** Those of these messages that were not erased. */
	async #withText(
		newest: RoomPart,
		room: Pick<Item, "room" | "epoch">,
		offsets: readonly number[],
	): Promise<readonly Item[]> {
		const found = new Map<number, Item>();
		let at: RoomPart | undefined = newest;
		// From the last one on, each segment is read once.
		for (const offset of offsets.toSorted((one, other) => other - one)) {
			at = at && (await this.#walkBack(at, { ...room, offset }));
			if (!at) break;
			const spans = itemsFrom(at.part, offset, 1);
			const items = await this.#items.describe(at, room.room, spans);
			for (const item of await this.#items.read(at, room, items))
				if (item.kind === "said" && !item.erased) found.set(offset, item);
		}
		return offsets.flatMap((offset) => found.get(offset) ?? []);
	}

	/** Runs tasks one after the other. */
	inTurn<Answer>(task: () => Promise<Answer>): Promise<Answer> {
		this.#pending++;
		const answer = this.#turn.then(task).finally(() => this.#pending--);
		this.#turn = answer.catch(() => {});
		return answer;
	}

	/** The newest index, if the room has this epoch in it and has come as far as this offset. */
	async #newest({ room, epoch, offset }: ItemPosition) {
		const index = await this.indexes.newest();
		const part = index?.rooms.get(room);
		if (!index || !part || offset > lastOf(part)) return undefined;
		const isSame = epochOf(this.log.id, part.incarnation) === epoch;
		return isSame ? { index, part } : undefined;
	}

	/** Goes back, segment by segment, to the one that holds an item. */
	async #walkBack({ index, part }: RoomPart, { room, offset }: ItemPosition) {
		while (offset <= part.before) {
			const previous = await this.indexes.of(part.previous);
			const earlier = previous?.rooms.get(room);
			if (!previous || !earlier) return undefined;
			[index, part] = [previous, earlier];
		}
		return { index, part };
	}

	async #partWith(position: ItemPosition) {
		const newest = await this.#newest(position);
		return newest && this.#walkBack(newest, position);
	}

	async #after(previous: ItemPosition, limit: number) {
		const next = { ...previous, offset: previous.offset + 1 };
		const found = await this.#partWith(next);
		if (!found) return [];
		const spans = itemsFrom(found.part, next.offset, limit);
		const items = await this.#items.describe(found, next.room, spans);
		return this.#items.read(found, next, takeBytes(items, PAGE_BYTES, bytesOf));
	}

	async #page(asked: PageAsked): Promise<Page | undefined> {
		const { room, epoch, limit } = asked;
		let { before } = asked;
		const newest = await this.#newest({ room, epoch, offset: before - 1 });
		if (!newest) return undefined;
		const items: Item[] = [];
		let [messagesLeft, bytesLeft] = [limit, PAGE_BYTES];
		let at: RoomPart = newest;
		while (before > 1 && messagesLeft > 0 && bytesLeft > 0) {
			const last = { room, epoch, offset: before - 1 };
			const found = await this.#walkBack(at, last);
			if (found?.part.origin !== newest.part.origin)
				throw new Error(`the index does not reach back to item ${before}`);
			at = found;
			const spans = talkBelow(found.part, before, messagesLeft);
			const talk = await this.#items.describe(found, room, spans);
			const taken = takeBytes(talk, bytesLeft, bytesOf).toReversed();
			for (const one of taken) {
				bytesLeft -= bytesOf(one);
				if (one.kind === ItemKind.message) messagesLeft--;
			}
			items.unshift(...(await this.#items.read(found, last, taken)));
			// Below all that is wanted there are only relations, which pages leave out.
			const isAll = taken.length === talk.length && messagesLeft > 0;
			before = isAll
				? found.part.before + 1
				: (taken[0]?.offset ?? found.part.before + 1);
		}
		return { items, more: before > 1 };
	}
}
