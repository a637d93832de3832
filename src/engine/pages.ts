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
import type { ServerMessage } from "../chat/server-message.ts";
import type { ItemPosition } from "../history/found.ts";
import { cutAt, excerptOf } from "../search/excerpt.ts";
import type { Phrase } from "../search/query.ts";
import type { Wanted } from "../search/store.ts";
import type { Command } from "./command.ts";
import { type Connection, sameAsNow } from "./connection.ts";
import type { RunningParts } from "./parts.ts";
import type { Rule } from "./refusals.ts";
import type { Responder } from "./responder.ts";

/** Messages in a page of history: by default, and at most. */
const [PAGE_MESSAGES, MOST_PAGE_MESSAGES] = [50, 200];

/** Messages in an answer to a search. */
const MOST_FOUND = 20;

/** A search's cursor is sealed: a plain seq would tell how much is said in other rooms. */
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

interface Asked<Who> {
	readonly connection: Connection;
	/** The type of the frame that asked, and its id. */
	readonly re: number;
	readonly id: string | undefined;
	/** What is replied if nothing can be read. */
	readonly orElse: Rule;
	/** Who may not ask for another yet: a connection, or a person. */
	readonly who: Who;
	readonly busy: Pick<Set<Who>, "has" | "delete"> & { add(who: Who): unknown };
	/** Whether what was read may be large, so that it must be replied before another is read. */
	readonly isLarge?: boolean;
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
	/** A reply to a connection that is gone is dropped. */
	#reading = new WeakSet<Connection>();
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
		const wanted = { room, epoch, before };
		const most = Math.min(limit, MOST_PAGE_MESSAGES);
		return this.#answer(
			this.#history(connection, MessageType.history, id),
			() => this.#parts.archive.page({ ...wanted, limit: most }),
			(page, since) => {
				if (!page || !mayRead()) return "placeIsKnown";
				const items = afterChanges(page.items, since);
				return { kind: "page", ...wanted, ...page, items, id };
			},
		);
	}

	/** Reads the pinned messages of a room, and answers with how each begins; false while something else is being read. */
	askPins(
		connection: Connection,
		mayRead: () => boolean,
		{ room, epoch, id }: Command<"pins">,
	): boolean {
		return this.#answer(
			this.#history(connection, MessageType.relation, id),
			() => this.#parts.archive.pins({ room, epoch }),
			(items, since) => {
				if (!mayRead()) return "placeIsKnown";
				const pins = afterChanges(items, since).flatMap(pinOf);
				return { kind: "pins", room, epoch, pins, id };
			},
		);
	}

	/** Searches, and answers with the newest messages found; false while the person has another search under way, in any tab. */
	askSearch(
		connection: Connection,
		mayRead: (room: string) => boolean,
		{ person, wanted, phrases, id }: Searched,
	): boolean {
		const { search, secrets } = this.#parts;
		const [busy, orElse] = [this.#searching, "searchIsReady"] as const;
		if (busy.size >= MOST_SEARCHING) return false;
		return this.#answer(
			{ connection, re: MessageType.search, id, orElse, who: person, busy },
			async () => search?.find({ ...wanted, mayRead, limit: MOST_FOUND }),
			(found, since) => {
				if (!found) return search ? "beginningIsLong" : orElse;
				const { items, older, isBehind } = found;
				// What was erased or edited meanwhile was not found.
				const hits = afterChanges(items, since).flatMap((item, nth) =>
					mayRead(item.room) ? hitOf(item, items[nth], phrases) : [],
				);
				return {
					...{ kind: "found", hits, id, behind: isBehind || undefined },
					...(older && { older: secrets.seal(SEARCH_CURSOR, older) }),
				};
			},
		);
	}

	/** Reads the items right after a position; hands on none if they can't be read. */
	after(
		connection: Connection,
		position: ItemPosition,
		limit: number,
		handOn: (items: readonly Item[]) => void,
	): void {
		void this.#read(
			connection,
			() => this.#parts.archive.after(position, limit),
			(items, since) => handOn(afterChanges(items ?? [], since)),
		);
	}

	/** Counts the relations after a position; none if that can't be read. */
	relationsAfter(
		connection: Connection,
		position: ItemPosition,
		handOn: (relations: number) => void,
	): void {
		void this.#read(
			connection,
			() => this.#parts.archive.relationsAfter(position),
			(relations) => handOn(relations ?? 0),
		);
	}

	/** Reads what a room no longer remembers and newcomers are shown. All who ask meanwhile share one reading. Never rejects. */
	recall(room: Room): Promise<void> {
		const recalled =
			this.#recalling.get(room) ??
			this.#recall(room).finally(() => this.#recalling.delete(room));
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

	/** Another node decides now: replies that rest on what is not committed are dropped, and nobody waits for them. */
	onDeposed(): void {
		this.#reading = new WeakSet();
	}

	#history(connection: Connection, re: number, id: string | undefined) {
		const busy = this.#reading;
		const orElse = "historyIsReadable" as const;
		return { connection, re, id, orElse, who: connection, busy, isLarge: true };
	}

	/** Reads, then replies; false while something else is being read for the same one, or waits to be replied if that is large. */
	#answer<Who, Found>(
		{ connection, re, id, orElse, who, busy, isLarge }: Asked<Who>,
		read: () => Promise<Found>,
		answer: (found: Found, since: Changes) => ServerMessage | Rule,
	): boolean {
		if (busy.has(who)) return false;
		busy.add(who);
		const isSame = sameAsNow(connection);
		const reply = (given: ServerMessage | Rule) => {
			if (isLarge) busy.delete(who);
			if (!isSame()) return;
			if (typeof given === "object") connection.mailbox.put(given);
			else this.#parts.responder.refuse(connection, given, re, { id });
		};
		void this.#read(
			connection,
			() => read().finally(() => isLarge || busy.delete(who)),
			(found, since) => reply(found === null ? orElse : answer(found, since)),
		);
		return true;
	}

	/** Reads, then answers. `answer` is given null if that fails, and the changes since the reading began. */
	async #read<Found>(
		connection: Connection,
		read: () => Promise<Found>,
		answer: (found: Found | null, since: Changes) => void,
	): Promise<void> {
		const since = this.#latest;
		const found = await read().catch((error: unknown) => this.#warn(error));
		this.#parts.pipeline.whenDurable(() => {
			if (!connection.gone) answer(found, since);
		});
	}

	/** Indexes what was logged lately, so that the next reader need not wait for that. A reader at work does so anyway. */
	catchUp(): void {
		const { archive } = this.#parts;
		if (archive.isIdle)
			archive.catchUp().catch((error: unknown) => this.#warn(error));
	}

	#warn(error: unknown): null {
		const fields = { error: error instanceof Error ? error.message : error };
		this.#parts.report.warn(fields, "history could not be read");
		return null;
	}
}

function pinOf(item: Item): ServerFrame<"pins">["pins"] {
	if (item.kind !== "said" || item.pinned === undefined) return [];
	const { offset: target, name, time, pinned: by } = item;
	const [text] = cutAt(item.text, PIN_POINTS);
	return [{ target, name, time, text, by }];
}

function hitOf(
	now: Item,
	found: Item | undefined,
	phrases: readonly Phrase[],
): ServerFrame<"found">["hits"] {
	if (now.kind !== "said" || found?.kind !== "said") return [];
	const { room, epoch, offset, time, name, text } = now;
	if (text !== found.text) return [];
	return [{ room, epoch, offset, time, name, text: excerptOf(text, phrases) }];
}

function afterChanges(items: readonly Item[], since: Changes): readonly Item[] {
	let now = items;
	for (let each = since.next; each; each = each.next) {
		const { change } = each;
		if (change) now = now.map((item) => changed(item, change));
	}
	return now;
}
