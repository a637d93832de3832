/**
 * Answers those who ask for what was said earlier: a page at a time for each
 * visit. The answer is read from what is committed; like any other it waits
 * for what its asker's standing was decided on.
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
import type { Connection, Refuse } from "./connection.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Rule } from "./refusals.ts";

/** What was erased, and what after that: whoever reads keeps the one before they began. */
interface Erased {
	readonly erasure?: Erasure;
	next?: Erased;
}

export class Pages {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #refuse: Refuse;
	#erased: Erased = {};
	readonly #reading = new WeakSet<Connection>();
	readonly #recalling = new Map<Room, Promise<void>>();

	constructor(parts: EngineParts, pipeline: Pipeline, refuse: Refuse) {
		this.#parts = parts;
		this.#pipeline = pipeline;
		this.#refuse = refuse;
	}

	/** Tells a page to who is in a room, sooner or later. */
	ask(
		connection: Connection,
		isInside: boolean,
		asked: Command<"history">,
	): void {
		const no = (rule: Rule) =>
			this.#refuse(connection, rule, MessageType.history, asked);
		if (!isInside) no("isInside");
		else if (this.#reading.has(connection)) no("isNotTooFast");
		else {
			this.#reading.add(connection);
			const { room, epoch, before, id } = asked;
			const place = { room, epoch, before };
			this.#read(
				connection,
				() => this.#parts.archive.page(asked),
				(page, since) => {
					this.#reading.delete(connection);
					if (!page) return no("placeIsKnown");
					const items = leftOf(page.items, since);
					connection.mailbox.put({
						kind: "page",
						...place,
						...page,
						items,
						id,
					});
				},
				() => {
					this.#reading.delete(connection);
					no("historyIsReadable");
				},
			);
		}
	}

	/** Tells a visit's task what stands right after a place; nothing, if that can't be read. */
	after(
		connection: Connection,
		place: ItemPosition,
		limit: number,
		tell: (items: readonly Item[]) => void,
	): void {
		this.#read(
			connection,
			() => this.#parts.archive.after(place, limit),
			(items, since) => tell(leftOf(items, since)),
			() => this.#pipeline.tell(connection, () => tell([])),
		);
	}

	/** Lets a room remember what is shown to who enters; whoever asks meanwhile waits for the same. Never rejects. */
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
		for (let { lacks } = room; lacks; { lacks } = room) {
			const since = this.#erased;
			const { name, head } = room;
			const asked = { room: name, epoch: head.epoch, ...lacks };
			const page = await this.#parts.archive
				.page(asked)
				.catch((error: unknown) => this.#warn(error));
			if (lacks.before === room.lacks?.before)
				room.recall(leftOf(page?.items ?? [], since));
		}
	}

	/** What was read so far may hold what is erased now. */
	onErased(erasure: Erasure): void {
		const latest = { erasure };
		this.#erased.next = latest;
		this.#erased = latest;
	}

	/** What it answers with is only what is left of it since. */
	#read<Found>(
		connection: Connection,
		read: () => Promise<Found>,
		answer: (found: Found, since: Erased) => void,
		fail: () => void,
	): void {
		const since = this.#erased;
		read().then(
			(found) => this.#pipeline.tell(connection, () => answer(found, since)),
			(error: unknown) => {
				this.#warn(error);
				fail();
			},
		);
	}

	/** Lets the archive follow the log in quiet times. */
	catchUp(): void {
		this.#parts.archive.catchUp().catch((error: unknown) => this.#warn(error));
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
