/**
 * A Room is the Clients who talk to each other: it broadcasts, and remembers
 * the latest of what was said. It holds only what is committed; who may enter
 * is decided by the room machine, before.
 *
 * The host hears each item first, so that what it says to a newcomer stands
 * before the line that tells everyone of them.
 */
import type { ClientId } from "../../machines/events.ts";
import type { Erasure, Head, Item } from "../../machines/message.ts";
import type { Mailbox } from "./mailbox.ts";
import { Envelope, Parcel } from "./parcel.ts";
import { Roster } from "./roster.ts";
import type { User } from "./user.ts";

/** For each message shown to who enters, so many lines of coming and going may stand with it. */
const LINES_PER_MESSAGE = 3;
/** About how much may be sent at once, in UTF-16 code units: it must fit a mailbox, whatever the script. */
const MOST_UNITS = 64 * 1024;
const UNITS_PER_LINE = 200;
const unitsOf = (item: Item) =>
	UNITS_PER_LINE + (item.kind === "said" ? item.text.length : 0);

/** How much a room remembers. */
export interface Memory {
	/** Messages shown to whoever enters. */
	readonly historyMessages: number;
	/** Lines a returning client can have missed. */
	readonly catchUpItems: number;
}

/** What a Room needs to know of a Client. */
export interface Occupant {
	readonly id: ClientId;
	readonly user: User;
	readonly mailbox: Mailbox;
	room: Room | undefined;
}

export class Room {
	readonly name: string;
	readonly members = new Map<ClientId, Occupant>();
	readonly roster: Roster;
	/** Where it has come to, as far as that is durable. */
	head: Head = { epoch: "", offset: 0, said: 0 };
	readonly #host: Occupant;
	readonly #memory: Memory;
	readonly #tray: Set<Room>;
	readonly #stream: Envelope[] = [];
	/** Who was not told yet who else is in. */
	readonly #newcomers = new Set<Occupant>();
	/** The latest items, without gaps. */
	#recent: Item[] = [];
	#isRecalled = false;

	/** `tray` collects the rooms that have something to deliver, for the bus. */
	constructor(name: string, memory: Memory, host: Occupant, tray: Set<Room>) {
		this.name = name;
		this.roster = new Roster(name);
		this.#memory = memory;
		this.#host = host;
		this.#tray = tray;
		host.room = this;
	}

	/** What whoever enters is shown: the latest messages, and the lines between them. */
	get history(): readonly Item[] {
		const { historyMessages } = this.#memory;
		const most = historyMessages * LINES_PER_MESSAGE;
		let from = this.#recent.length;
		let said = 0;
		let units = 0;
		while (this.#recent.length - from < most) {
			const item = this.#recent[from - 1];
			if (!item) break;
			units += unitsOf(item);
			if (units > MOST_UNITS) break;
			if (item.kind === "said" && ++said > historyMessages) break;
			from--;
		}
		return this.#recent.slice(from);
	}

	/** The offset before which more should be recalled before anyone enters: a start reads only the end of the log. */
	get lacks(): number | undefined {
		const first = this.#recent[0]?.offset ?? this.head.offset + 1;
		const { historyMessages, catchUpItems } = this.#memory;
		const enough = Math.min(historyMessages * LINES_PER_MESSAGE, catchUpItems);
		const lacks = first > 1 && this.#recent.length < enough;
		return lacks && !this.#isRecalled ? first : undefined;
	}

	/** Remembers what was said before the rest; nothing, if that can't be read. */
	recall(items: readonly Item[]): void {
		this.#recent = [...items, ...this.#recent];
		this.#isRecalled = true;
	}

	/** Exactly what came after a place, or undefined if that can't be proven, or is too much to be sent at once. */
	since(epoch: string, offset: number): readonly Item[] | undefined {
		const { head } = this;
		const first = this.#recent[0]?.offset ?? head.offset + 1;
		if (head.epoch !== epoch || offset > head.offset) return undefined;
		if (offset < first - 1) return undefined;
		const missed = this.#recent.slice(offset + 1 - first);
		const units = missed.reduce((sum, item) => sum + unitsOf(item), 0);
		return units > MOST_UNITS ? undefined : missed;
	}

	enter(client: Occupant): void {
		this.members.set(client.id, client);
		client.room = this;
		client.mailbox.join(this.#stream);
		this.#newcomers.add(client);
	}

	leave(id: ClientId): void {
		const client = this.members.get(id);
		if (!client) return;
		this.members.delete(id);
		this.#newcomers.delete(client);
		client.room = undefined;
		client.mailbox.flush(new Parcel([...this.#stream]));
		client.mailbox.join([]);
	}

	/** Makes an item visible to everyone, as soon as the bus delivers. */
	broadcast(item: Item): void {
		this.remember(item);
		this.tellHost(item);
		this.#stream.push(new Envelope(item));
		this.#tray.add(this);
	}

	/** The host hears an item; again, where whom it is about has come in only now. */
	tellHost(item: Item): void {
		this.#host.mailbox.onMessage(new Parcel([new Envelope(item)]));
	}

	/** The host says something to one member alone. */
	whisper(to: Occupant, text: string): void {
		to.mailbox.put({ kind: "whisper", name: this.#host.user.name, text });
	}

	/** Tells what is never logged: to newcomers who is in, and to all what has changed. */
	gossip(now: number): void {
		for (const signal of this.roster.news(now))
			this.#stream.push(new Envelope(signal));
		this.#tray.add(this);
		if (this.#newcomers.size === 0) return;
		const list = new Envelope(this.roster.members);
		for (const { mailbox } of this.#newcomers) mailbox.hand(list);
		this.#newcomers.clear();
	}

	/** Adds to what is remembered without telling anyone: start-up reads it from the log. */
	remember(item: Item): void {
		const { epoch, offset } = item;
		const said = this.head.said + (item.kind === "said" ? 1 : 0);
		this.head = { epoch, offset, said };
		if (item.kind === "erased")
			this.#recent = this.#recent.map((other) => without(other, item));
		this.#recent.push(item);
		const { catchUpItems } = this.#memory;
		if (this.#recent.length >= 2 * catchUpItems)
			this.#recent = this.#recent.slice(-catchUpItems);
	}

	/** Delivers the stream, one parcel shared by all members. */
	deliver(): void {
		if (this.#stream.length === 0) return;
		const shared = new Parcel([...this.#stream]);
		this.#stream.length = 0;
		for (const client of this.members.values()) client.mailbox.flush(shared);
	}
}

/** What is left of an item after an erasure. */
function without(item: Item, { target, through = 0, name }: Erasure): Item {
	if (item.kind !== "said") return item;
	const isMeant =
		item.offset === target || (item.name === name && item.offset <= through);
	return isMeant ? { ...item, text: "", erased: true } : item;
}
