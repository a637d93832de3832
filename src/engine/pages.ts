/**
 * Reads pages of what was said earlier, one at a time for each connection.
 * They are read from what is committed; like any reply, they are sent once
 * all that they were decided on is durable.
 */
import type { Identity } from "../../machines/events.ts";
import { type Item, MessageType } from "../../machines/message.ts";
import type { ServerFrame } from "../../machines/protocol.ts";
import { type Change, changed } from "../../machines/relations.ts";
import type { Room } from "../chat/room.ts";
import type { ItemPosition } from "../history/found.ts";
import { excerptOf } from "../search/excerpt.ts";
import type { Phrase } from "../search/query.ts";
import type { Wanted } from "../search/store.ts";
import type { Command } from "./command.ts";
import type { Connection } from "./connection.ts";
import type { RunningParts } from "./parts.ts";
import type { Rule } from "./refusals.ts";
import type { Responder } from "./responder.ts";

/** Messages in a page of history: by default, and at most. */
const [PAGE_MESSAGES, MOST_PAGE_MESSAGES] = [50, 200];

/** Messages in an answer to a search. */
const MOST_FOUND = 20;

/** What is sealed is where a search goes on: a seq alone tells how much is said in other rooms. */
export const SEARCH_CURSOR = "search";

/** People whose searches may wait: each may take as long as the worker may be silent. */
const MOST_SEARCHING = 16;

/** Code points that are shown of a pinned message where all of them are listed. */
const PIN_POINTS = 200;

/** A linked list of changes. A reader keeps the last one from before it began to read, and so finds those since. */
interface Changes {
	readonly change?: Change;
	next?: Changes;
}

interface Searched {
	readonly person: Identity;
	readonly wanted: Omit<Wanted, "limit">;
	/** The words that an excerpt is to show. */
	readonly phrases: readonly Phrase[];
	readonly id: string | undefined;
}

export class Pages {
	readonly #parts: RunningParts & { readonly responder: Responder };
	#latest: Changes = {};
	readonly #reading = new WeakSet<Connection>();
	readonly #searching = new Set<Identity>();
	readonly #recalling = new Map<Room, Promise<void>>();

	constructor(parts: RunningParts & { readonly responder: Responder }) {
		this.#parts = parts;
	}

	/** Reads a page, and replies with it in time; false while another is being read. `mayRead` is asked again when it is sent. */
	ask(
		connection: Connection,
		mayRead: () => boolean,
		{ room, epoch, before, limit = PAGE_MESSAGES, id }: Command<"history">,
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
				archive.page({ ...wanted, limit: Math.min(limit, MOST_PAGE_MESSAGES) }),
			(page, since) => {
				this.#reading.delete(connection);
				if (!page || !mayRead()) return no("placeIsKnown");
				const items = afterChanges(page.items, since);
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

	/** Reads the pinned messages of a room, and answers with how each begins; false while something else is being read. */
	askPins(
		connection: Connection,
		mayRead: () => boolean,
		{ room, epoch, id }: Command<"pins">,
	): boolean {
		if (this.#reading.has(connection)) return false;
		this.#reading.add(connection);
		const no = (rule: Rule) =>
			this.#parts.responder.refuse(connection, rule, MessageType.relation, {
				id,
			});
		this.#read(
			connection,
			() => this.#parts.archive.pins({ room, epoch }),
			(items, since) => {
				this.#reading.delete(connection);
				if (!mayRead()) return no("placeIsKnown");
				const pins = afterChanges(items, since).flatMap(pinOf);
				connection.mailbox.put({ kind: "pins", room, epoch, pins, id });
			},
			() => {
				this.#reading.delete(connection);
				no("historyIsReadable");
			},
		);
		return true;
	}

	/** Searches, and answers with the newest messages found; false while the person has another search under way, in any tab. */
	askSearch(
		connection: Connection,
		mayRead: (room: string) => boolean,
		{ person, wanted, phrases, id }: Searched,
	): boolean {
		const searching = this.#searching;
		if (searching.has(person) || searching.size >= MOST_SEARCHING) return false;
		const { search, responder, secrets } = this.#parts;
		const no = (rule: Rule) =>
			responder.refuse(connection, rule, MessageType.search, { id });
		const question = { ...wanted, mayRead, limit: MOST_FOUND };
		if (!search) no("searchIsReady");
		else {
			this.#searching.add(person);
			const free = () => this.#searching.delete(person);
			this.#read(
				connection,
				() => search.find(question).finally(free),
				(found, since) => {
					if (!found) return no("beginningIsLong");
					const { items, older, isBehind } = found;
					// What was erased or edited meanwhile was not found.
					const hits = afterChanges(items, since).flatMap((item, nth) =>
						mayRead(item.room) ? hitOf(item, items[nth], phrases) : [],
					);
					connection.mailbox.put({
						...{ kind: "found", hits, id, behind: isBehind || undefined },
						...(older && { older: secrets.seal(SEARCH_CURSOR, older) }),
					});
				},
				() => no("searchIsReady"),
			);
		}
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
			(items, since) => handOn(afterChanges(items, since)),
			() => this.#parts.pipeline.tell(connection, () => handOn([])),
		);
	}

	/** Counts the relations after a position; none if that can't be read. */
	relationsAfter(
		connection: Connection,
		position: ItemPosition,
		handOn: (relations: number) => void,
	): void {
		this.#read(
			connection,
			() => this.#parts.archive.relationsAfter(position),
			handOn,
			() => this.#parts.pipeline.tell(connection, () => handOn(0)),
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
			const since = this.#latest;
			const { name, recent } = room;
			const asked = { room: name, epoch: recent.head.epoch, ...lacks };
			const page = await this.#parts.archive
				.page(asked)
				.catch((error: unknown) => this.#warn(error));
			if (lacks.before === recent.lacks?.before)
				recent.recall(afterChanges(page?.items ?? [], since));
		}
	}

	/** Call when a change is published: readers that began before it may have read what it changed. */
	onChanged(change: Change): void {
		const latest = { change };
		this.#latest.next = latest;
		this.#latest = latest;
	}

	/** Reads, then answers. `answer` is given the changes since the reading began. */
	#read<Found>(
		connection: Connection,
		read: () => Promise<Found>,
		answer: (found: Found, since: Changes) => void,
		fail: () => void,
	): void {
		const since = this.#latest;
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

function pinOf(item: Item): ServerFrame<"pins">["pins"] {
	if (item.kind !== "said" || item.pinned === undefined) return [];
	const { offset: target, name, time, pinned: by } = item;
	const text = [...item.text.slice(0, 2 * PIN_POINTS)].slice(0, PIN_POINTS);
	return [{ target, name, time, text: text.join(""), by }];
}

function hitOf(
	now: Item,
	found: Item | undefined,
	phrases: readonly Phrase[],
): ServerFrame<"found">["hits"] {
	if (now.kind !== "said" || found?.kind !== "said") return [];
	const { room, epoch, offset, time, name, text } = now;
	if (text !== found.text) return [];
	const position = { room, epoch, offset, time };
	return [{ ...position, name, text: excerptOf(text, phrases) }];
}

function afterChanges(items: readonly Item[], since: Changes): readonly Item[] {
	let now = items;
	for (let each = since.next; each; each = each.next) {
		const { change } = each;
		if (change) now = now.map((item) => changed(item, change));
	}
	return now;
}
