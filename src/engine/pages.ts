/**
 * Reads pages of what was said earlier, one at a time for each connection.
 * They are read from what is committed; like any reply, they are sent once
 * all that they were decided on is durable.
 */
import { without } from "../../machines/item.ts";
import {
	type Erasure,
	type Item,
	MessageType,
} from "../../machines/message.ts";
import type { Room } from "../chat/room.ts";
import type { ItemPosition } from "../history/archive.ts";
import type { Command } from "./command.ts";
import type { Connection } from "./connection.ts";
import type { RunningParts } from "./parts.ts";
import type { Rule } from "./refusals.ts";
import type { Responder } from "./responder.ts";

/** Items in a page of history: by default, and at most. */
const [PAGE_ITEMS, MOST_PAGE_ITEMS] = [50, 200];

/** A linked list of erasures. A reader keeps the last one from before it began to read, and so finds those since. */
interface Erased {
	readonly erasure?: Erasure;
	next?: Erased;
}

export class Pages {
	readonly #parts: RunningParts & { readonly responder: Responder };
	#erased: Erased = {};
	readonly #reading = new WeakSet<Connection>();
	readonly #recalling = new Map<Room, Promise<void>>();

	constructor(parts: RunningParts & { readonly responder: Responder }) {
		this.#parts = parts;
	}

	/** Reads a page, and replies with it in time; false while another is being read. `mayRead` is asked again when it is sent. */
	ask(
		connection: Connection,
		mayRead: () => boolean,
		{ room, epoch, before, limit = PAGE_ITEMS, id }: Command<"history">,
	): boolean {
		if (this.#reading.has(connection)) return false;
		this.#reading.add(connection);
		const { archive } = this.#parts;
		const wanted = { room, epoch, before };
		const no = (rule: Rule) =>
			this.#parts.responder.refuse(connection, rule, MessageType.history, {
				id,
			});
		this.#read(
			connection,
			() =>
				archive.page({ ...wanted, limit: Math.min(limit, MOST_PAGE_ITEMS) }),
			(page, since) => {
				this.#reading.delete(connection);
				if (!page || !mayRead()) return no("placeIsKnown");
				const items = leftOf(page.items, since);
				connection.mailbox.put({
					...{ kind: "page", ...wanted, ...page, items, id },
				});
			},
			() => {
				this.#reading.delete(connection);
				no("historyIsReadable");
			},
		);
		return true;
	}

	/** Reads the items right after a position; hands on none if they can't be read. */
	after(
		connection: Connection,
		position: ItemPosition,
		limit: number,
		handOn: (items: readonly Item[]) => void,
	): void {
		this.#read(
			connection,
			() => this.#parts.archive.after(position, limit),
			(items, since) => handOn(leftOf(items, since)),
			() => this.#parts.pipeline.tell(connection, () => handOn([])),
		);
	}

	/** Reads what a room no longer remembers and newcomers are shown. All who ask meanwhile share one reading. Never rejects. */
	recall(room: Room): Promise<void> {
		const underway = this.#recalling.get(room);
		if (underway) return underway;
		const recalled = this.#recall(room).finally(() =>
			this.#recalling.delete(room),
		);
		this.#recalling.set(room, recalled);
		return recalled;
	}

	async #recall(room: Room): Promise<void> {
		for (let { lacks } = room.recent; lacks; { lacks } = room.recent) {
			const since = this.#erased;
			const { name, recent } = room;
			const asked = { room: name, epoch: recent.head.epoch, ...lacks };
			const page = await this.#parts.archive
				.page(asked)
				.catch((error: unknown) => this.#warn(error));
			if (lacks.before === recent.lacks?.before)
				recent.recall(leftOf(page?.items ?? [], since));
		}
	}

	/** Call when an erasure is published: readers that began before it may have read what it erased. */
	onErased(erasure: Erasure): void {
		const latest = { erasure };
		this.#erased.next = latest;
		this.#erased = latest;
	}

	/** Reads, then answers. `answer` is given the erasures since the reading began. */
	#read<Found>(
		connection: Connection,
		read: () => Promise<Found>,
		answer: (found: Found, since: Erased) => void,
		fail: () => void,
	): void {
		const since = this.#erased;
		const { pipeline } = this.#parts;
		read().then(
			(found) => pipeline.tell(connection, () => answer(found, since)),
			(error: unknown) => {
				this.#warn(error);
				fail();
			},
		);
	}

	/** Indexes what was logged lately, so that the next reader need not wait for that. A reader at work does so anyway. */
	catchUp(): void {
		const { archive } = this.#parts;
		if (archive.isIdle)
			archive.catchUp().catch((error: unknown) => this.#warn(error));
	}

	#warn(error: unknown): undefined {
		const fields = { error: error instanceof Error ? error.message : error };
		this.#parts.report.warn(fields, "history could not be read");
	}
}

function leftOf(items: readonly Item[], since: Erased): readonly Item[] {
	let left = items;
	for (let each = since.next; each; each = each.next) {
		const { erasure } = each;
		if (erasure) left = left.map((item) => without(item, erasure));
	}
	return left;
}
