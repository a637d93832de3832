/**
 * The history of every room, back to its first message, read from the log one
 * page at a time. Only a few segment indexes are in memory. They catch up with
 * the log when a page is requested; indexes of full segments are saved as
 * files.
 *
 * Requests are served one after the other, so that many readers need no more
 * memory than one. If the log has rotted, the page is refused.
 */
import type { Identity } from "../../machines/events.ts";
import { epochOf, isVisible, itemOf } from "../../machines/item.ts";
import type { Item } from "../../machines/message.ts";
import type { ClientFrame } from "../../machines/protocol.ts";
import { takeBytes } from "../bytes.ts";
import type { EventSpan, Log, Span } from "../log/log.ts";
import type { IndexFiles } from "./index-files.ts";
import { Indexes } from "./indexes.ts";
import { type SaidLine, saidBy, saidSince, textsIn, titlerOf } from "./said.ts";
import {
	lastOf,
	type Person,
	type RoomIndex,
	type SegmentIndex,
	spansBelow,
} from "./segment-index.ts";

/** Keeps a page under 256 KiB as frames, which leaves room in the send buffer for other frames. */
const PAGE_BYTES = 128 * 1024;

const MOST_PENDING = 256;

/** `before` is the offset after the last wanted item. */
type PageAsked = Pick<ClientFrame<"history">, "room" | "epoch" | "before"> & {
	readonly limit: number;
};

export interface Page {
	/** Ascending, without gaps. */
	readonly items: readonly Item[];
	/** Whether there are items before these. */
	readonly more: boolean;
}

export type ItemPosition = Pick<Item, "room" | "epoch" | "offset">;

/** A message or a notice that was not erased. */
export interface Found extends ItemPosition, EventSpan {
	readonly time: number;
	readonly text: string;
	readonly author: Person;
	/** Set by `saidBy`: a number that is greater than the previous message's if somebody else used the author's name in between. */
	readonly run?: number;
	/** It is the title of a room. */
	readonly isTitle?: true;
}

export class Archive {
	readonly log: Pick<Log, "id" | "segments">;
	/** May be used by one task at a time. */
	readonly indexes: Indexes;
	#turn: Promise<unknown> = Promise.resolve();
	/** Requests that are running or waiting. */
	#pending = 0;
	/** Requests of `after` that wait for their turn. */
	readonly #queued = new Map<string, Promise<readonly Item[]>>();

	constructor(log: Log, files?: IndexFiles) {
		this.log = log;
		this.indexes = new Indexes(log, files);
	}

	/** Whether no request is running or waiting. */
	get isIdle(): boolean {
		return this.#pending === 0;
	}

	/** Whether so many requests wait that those which anyone may add to must be refused. */
	get isBusy(): boolean {
		return this.#pending >= MOST_PENDING;
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

	/** Brings the indexes up to date, so that the next request need not wait for that. */
	catchUp() {
		return this.inTurn(() => this.indexes.newest());
	}

	/** The message at a position, if there is one. */
	find(position: ItemPosition): Promise<Found | undefined> {
		return this.inTurn(() => this.#find(position));
	}

	/** Every message of a person, from the first, also in rooms that no longer exist. */
	saidBy(identity: Identity): AsyncGenerator<Found, void> {
		return saidBy(identity, this);
	}

	/** Every text in a segment that was not erased, from the first. */
	textsIn(segment: number): AsyncGenerator<Found, void> {
		return textsIn(segment, this);
	}

	/** The segments, oldest first. */
	segments(): Promise<readonly number[]> {
		return this.log.segments.list();
	}

	/** Every text since a time that was not erased. */
	saidSince(since: number): AsyncGenerator<SaidLine, void> {
		return saidSince(since, this);
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
		const spans = spansBelow(found.part, next.offset + limit, limit);
		return this.#items(found.index, takeBytes(spans, PAGE_BYTES, sizeOf), next);
	}

	async #find(position: ItemPosition): Promise<Found | undefined> {
		const { index, part } = (await this.#partWith(position)) ?? {};
		const [span] = part ? spansBelow(part, position.offset + 1, 1) : [];
		if (!index || !span) return undefined;
		const { segment } = index;
		const [stored] = await this.log.segments.fetch(segment, [span]);
		const { seq = 0, event, erasable } = stored ?? {};
		if (!erasable) return undefined;
		const author =
			event?.type === "message.posted"
				? index.personAt(event.client, span.at)
				: event?.type === "room.titled"
					? titlerOf(event)
					: undefined;
		if (!event || !author) return undefined;
		const { time } = event;
		const { text } = erasable;
		const isTitle = event.type === "room.titled" && { isTitle: true as const };
		const found = { ...position, ...span, segment, seq, time, text, author };
		return { ...found, ...isTitle };
	}

	async #page(asked: PageAsked): Promise<Page | undefined> {
		const { room, epoch, limit } = asked;
		let { before } = asked;
		const newest = await this.#newest({ room, epoch, offset: before - 1 });
		if (!newest) return undefined;
		const items: Item[] = [];
		let bytesLeft = PAGE_BYTES;
		let at: RoomPart = newest;
		while (before > 1 && items.length < limit && bytesLeft > 0) {
			const last = { room, epoch, offset: before - 1 };
			const found = await this.#walkBack(at, last);
			if (found?.part.origin !== newest.part.origin)
				throw new Error(`the index does not reach back to ${room} ${before}`);
			at = found;
			const some = spansBelow(found.part, before, limit - items.length);
			const spans = takeBytes(
				some.toReversed(),
				bytesLeft,
				sizeOf,
			).toReversed();
			before -= spans.length;
			for (const span of spans) bytesLeft -= sizeOf(span);
			const position = { room, epoch, offset: before };
			items.unshift(...(await this.#items(at.index, spans, position)));
		}
		return { items, more: before > 1 };
	}

	async #items(
		index: SegmentIndex,
		spans: readonly Span[],
		{ room, epoch, offset }: ItemPosition,
	): Promise<readonly Item[]> {
		const found = await this.log.segments.fetch(index.segment, spans);
		return found.map(({ seq, event, erasable }, nth) => {
			const at = spans[nth]?.at ?? 0;
			const person =
				"client" in event ? index.personAt(event.client, at) : undefined;
			const isKnown = person || !("client" in event);
			if (!isVisible(event) || event.room !== room || !isKnown)
				throw new Error(`event ${seq} is not what the index says it is`);
			const position = { epoch, offset: offset + nth };
			const { name } = person ?? ("name" in event ? event : { name: "" });
			return itemOf(event, position, name, erasable?.text);
		});
	}
}

/** A room's part of a segment's index. */
interface RoomPart {
	readonly index: SegmentIndex;
	readonly part: RoomIndex;
}

const sizeOf = ({ bytes }: Span) => bytes;
