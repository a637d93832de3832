/**
 * A Room is the Clients who talk to each other: it broadcasts, and remembers
 * the latest of what was said. It holds only what is committed; who may enter
 * is decided by the room machine, before.
 *
 * The host hears each item first, so that what it says to a newcomer stands
 * before the line that tells everyone of them.
 */
import type { ClientId } from "../../machines/events.ts";
import { without } from "../../machines/item.ts";
import type { Head, Item } from "../../machines/message.ts";
import { jsonBytes, takeBytes } from "../bytes.ts";
import { Batch, EncodedMessage } from "./batch.ts";
import type { Client } from "./client.ts";
import { type Members, Presence } from "./presence.ts";
import type { RoomMemory } from "./room-memory.ts";

/** For each message shown to who enters, so many lines of coming and going may stand with it. */
const LINES_PER_MESSAGE = 3;

/** How much a room remembers. */
export interface Memory {
	/** Messages shown to whoever enters. */
	readonly historyMessages: number;
	/** Lines a returning client can have missed; at least so many are remembered. */
	readonly catchUpItems: number;
	/** Half of it is handed over at once, so that what else is owed meanwhile finds room. */
	readonly mailboxBytes: number;
	/** What one room remembers takes up no more, its latest line apart, and what all do. */
	readonly roomMemoryBytes?: number;
	readonly allRoomsBytes?: number;
}

export interface RoomParts {
	readonly name: string;
	readonly memory: Memory;
	/** Counts what all rooms remember. */
	readonly remembered: RoomMemory;
	readonly host: Client;
	/** Collects the rooms that have something to deliver, for the bus. */
	readonly dirty: Set<Room>;
}

/** An item, with the size of its frame at most. */
interface Remembered {
	readonly item: Item;
	readonly bytes: number;
}

export class Room {
	readonly name: string;
	readonly members = new Map<ClientId, Client>();
	readonly presence: Presence;
	/** Where it has come to, as far as that is durable. */
	head: Head = { epoch: "", offset: 0, said: 0 };
	readonly #parts: RoomParts;
	readonly #stream: EncodedMessage[] = [];
	/** Who was not told yet who else is in. */
	readonly #newcomers = new Set<Client>();
	/** The latest items, without gaps. */
	#recent: Remembered[] = [];
	#isRecalled = false;
	#bytes = 0;

	constructor(parts: RoomParts) {
		this.#parts = parts;
		this.name = parts.name;
		this.presence = new Presence(parts.name, this.members);
		parts.host.room = this;
	}

	/** The offset of the first item that is remembered. */
	get #first(): number {
		return this.#recent[0]?.item.offset ?? this.head.offset + 1;
	}

	/** What whoever enters is shown: the latest messages, and the lines between them. */
	get history(): readonly Item[] {
		const { historyMessages, mailboxBytes } = this.#parts.memory;
		const most = historyMessages * LINES_PER_MESSAGE;
		const shown: Item[] = [];
		let said = 0;
		let total = 0;
		for (const { item, bytes } of this.#recent.slice(-most).reverse()) {
			total += bytes;
			if (total > mailboxBytes / 2) break;
			if (item.kind === "said" && ++said > historyMessages) break;
			shown.push(item);
		}
		return shown.reverse();
	}

	/** How much should be recalled, before which offset, before anyone enters: a start reads only the end of the log. */
	get lacks(): { before: number; limit: number } | undefined {
		const before = this.#first;
		const { historyMessages, catchUpItems } = this.#parts.memory;
		const enough = Math.min(historyMessages * LINES_PER_MESSAGE, catchUpItems);
		const limit = enough - this.#recent.length;
		const lacks = before > 1 && limit > 0;
		return lacks && !this.#isRecalled ? { before, limit } : undefined;
	}

	/** Remembers what was said before the rest; nothing, if that can't be read. */
	recall(items: readonly Item[]): void {
		this.#keep([...items.map(measured), ...this.#recent]);
		this.#isRecalled = true;
		this.#parts.remembered.count(this);
	}

	/** How many lines came after an offset; undefined if there is none such, or they are too many to be caught up with. */
	missed(offset: number): number | undefined {
		const missed = this.head.offset - offset;
		const isTold = missed >= 0 && missed <= this.#parts.memory.catchUpItems;
		return isTold ? missed : undefined;
	}

	/** What came right after an offset, as much as is handed over at once; undefined if it is remembered no more. */
	after(offset: number): readonly Item[] | undefined {
		const first = this.#first;
		if (offset < first - 1) return undefined;
		return this.#takeBytes(this.#recent.slice(offset + 1 - first));
	}

	/** As many of the first of these as are handed over at once, but at least one. */
	takeBytes(items: readonly Item[]): readonly Item[] {
		return this.#takeBytes(items.map(measured));
	}

	#takeBytes(all: readonly Remembered[]): readonly Item[] {
		const most = this.#parts.memory.mailboxBytes / 2;
		return takeBytes(all, most, ({ bytes }) => bytes).map(({ item }) => item);
	}

	/** It is in, but has to catch up before it is told what is said. */
	expect(client: Client): void {
		this.members.set(client.id, client);
		client.room = this;
	}

	/** From here on it is told what is said. */
	join(client: Client): void {
		client.mailbox.join(this.#stream);
		this.#newcomers.add(client);
	}

	leave(id: ClientId): void {
		const client = this.members.get(id);
		if (!client) return;
		this.presence.willChange(id);
		this.presence.stopTyping(id);
		this.members.delete(id);
		this.#newcomers.delete(client);
		client.room = undefined;
		client.mailbox.flush(new Batch([...this.#stream]));
		client.mailbox.part();
	}

	/** Makes an item visible to everyone, as soon as the bus delivers. */
	broadcast(item: Item): void {
		this.remember(item);
		this.tellHost(item);
		this.#stream.push(new EncodedMessage(item));
		this.#parts.dirty.add(this);
	}

	/** The host hears an item; again, where whom it is about has come in only now. */
	tellHost(item: Item): void {
		this.#parts.host.mailbox.onMessage(new Batch([new EncodedMessage(item)]));
	}

	/** The host says something to one member alone. */
	whisper(to: Client, text: string): void {
		to.mailbox.put({ kind: "aside", name: this.#parts.host.user.name, text });
	}

	/** Queues what has changed for everyone, and the list of `members` for newcomers. */
	publishPresence(members: Members, now: number): void {
		for (const change of this.presence.changes(members, now))
			this.#stream.push(new EncodedMessage(change));
		this.#parts.dirty.add(this);
		if (this.#newcomers.size === 0) return;
		const list = new EncodedMessage(this.presence.list(members));
		for (const { mailbox } of this.#newcomers) mailbox.hand(list);
		this.#newcomers.clear();
	}

	/** A tab says whether it is in the background. */
	hide(client: ClientId, isHidden: boolean): void {
		const attached = this.members.get(client);
		if (!attached) return;
		this.presence.willChange(client);
		attached.isHidden = isHidden;
	}

	/** Adds to what is remembered without telling anyone: start-up reads it from the log. */
	remember(item: Item): void {
		const { epoch, offset } = item;
		const said = this.head.said + (item.kind === "said" ? 1 : 0);
		const { restored } = this.head;
		// Spelt out: a spread takes as long as all the rest of it.
		this.head = { epoch, offset, said, restored };
		if (item.kind === "erased")
			this.#keep(
				this.#recent.map((each) => measured(without(each.item, item))),
			);
		const latest = measured(item);
		this.#recent.push(latest);
		this.#bytes += 2 * latest.bytes;
		const { catchUpItems, roomMemoryBytes = Infinity } = this.#parts.memory;
		if (this.#recent.length >= 2 * catchUpItems)
			this.#keep(this.#recent.slice(-catchUpItems));
		if (this.#bytes > roomMemoryBytes) this.#forgetOldest(roomMemoryBytes / 2);
		this.#parts.remembered.count(this);
	}

	/** What is remembered: each item as it is here and as a frame, which is kept with it. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Others need the memory more: what was said is read again when somebody enters. */
	forgetItems(): void {
		this.#keep([]);
		this.#isRecalled = false;
	}

	#keep(all: Remembered[]): void {
		this.#recent = all;
		this.#bytes = all.reduce((sum, { bytes }) => sum + 2 * bytes, 0);
	}

	/** Until no more is left than that, but for the latest line. */
	#forgetOldest(most: number): void {
		let count = 0;
		for (const { bytes } of this.#recent.slice(0, -1)) {
			if (this.#bytes <= most) break;
			this.#bytes -= 2 * bytes;
			count++;
		}
		this.#recent = this.#recent.slice(count);
	}

	/** What it remembers may be of the epoch before a restore. */
	goOn(head: Head): void {
		const { epoch } = head;
		this.head = head;
		this.#recent = this.#recent.map(({ item, bytes }) => ({
			item: item.epoch === epoch ? item : { ...item, epoch },
			bytes,
		}));
	}

	/** Delivers the stream, one parcel shared by all members. */
	deliver(): void {
		if (this.#stream.length === 0) return;
		const shared = new Batch([...this.#stream]);
		this.#stream.length = 0;
		for (const client of this.members.values()) client.mailbox.flush(shared);
	}
}

/** Of a frame beside its text and names; an item is never larger than this says. */
const FRAME_BYTES = 220;

function measured(item: Item): Remembered {
	const text = item.kind === "said" ? item.text : "";
	const names = 3 * (item.name.length + item.room.length);
	return { item, bytes: FRAME_BYTES + names + jsonBytes(text) };
}
