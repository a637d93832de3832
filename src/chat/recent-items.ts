/**
 * The latest items of one room, without gaps, and how far the room has come.
 * Newcomers are shown some of them, and a client that returns is told what it
 * missed. Older items are read from the log.
 */
import { without } from "../../machines/item.ts";
import type { Head, Item } from "../../machines/message.ts";
import { jsonBytes, takeBytes } from "../bytes.ts";
import type { Limits } from "../limits.ts";
import type { MemoryBudget } from "./memory-budget.ts";

/** For each message that a newcomer is shown, so many lines of coming and going may be shown too. */
const LINES_PER_MESSAGE = 3;

/** An item, and an upper bound of its frame's size. */
interface Remembered {
	readonly item: Item;
	readonly bytes: number;
}

export class RecentItems {
	/** How far the room has come, counting only what is durable. */
	head: Head = { epoch: "", offset: 0, said: 0 };
	readonly #limits: Limits;
	readonly #budget: MemoryBudget;
	#items: Remembered[] = [];
	#isRecalled = false;
	#bytes = 0;

	constructor(limits: Limits, budget: MemoryBudget) {
		this.#limits = limits;
		this.#budget = budget;
	}

	/** The offset of the first item that is remembered. */
	get #first(): number {
		return this.#items[0]?.item.offset ?? this.head.offset + 1;
	}

	/** Whose item stands at an offset, if it is remembered. */
	nameAt(offset: number): string | undefined {
		return this.#items[offset - this.#first]?.item.name;
	}

	/** What a newcomer is shown: the latest messages, and the lines between them. */
	get latest(): readonly Item[] {
		const { historyMessages, mailboxBytes } = this.#limits;
		const most = historyMessages * LINES_PER_MESSAGE;
		const shown: Item[] = [];
		let said = 0;
		let total = 0;
		for (const { item, bytes } of this.#items.slice(-most).reverse()) {
			total += bytes;
			if (total > mailboxBytes / 2) break;
			if (item.kind === "said" && ++said > historyMessages) break;
			shown.push(item);
		}
		return shown.reverse();
	}

	/** How many items, before which offset, must be read from the log before a newcomer can be shown the latest. A start reads only the end of the log. */
	get lacks(): { before: number; limit: number } | undefined {
		const before = this.#first;
		const { historyMessages, catchUpItems } = this.#limits;
		const enough = Math.min(historyMessages * LINES_PER_MESSAGE, catchUpItems);
		const limit = enough - this.#items.length;
		const lacks = before > 1 && limit > 0;
		return lacks && !this.#isRecalled ? { before, limit } : undefined;
	}

	/** Adds older items that were read from the log; an empty list, if they can't be read. */
	recall(items: readonly Item[]): void {
		this.#replace([...items.map(measured), ...this.#items]);
		this.#isRecalled = true;
		this.#budget.count(this);
	}

	/** How many items came after an offset; undefined if there is no such offset, or they are too many to be caught up with. */
	missed(offset: number): number | undefined {
		const missed = this.head.offset - offset;
		const isFew = missed >= 0 && missed <= this.#limits.catchUpItems;
		return isFew ? missed : undefined;
	}

	/** The items right after an offset, as many as are sent at once; undefined if they are no longer remembered. */
	after(offset: number): readonly Item[] | undefined {
		const first = this.#first;
		if (offset < first - 1) return undefined;
		return this.#takeBytes(this.#items.slice(offset + 1 - first));
	}

	/** The first of these, as many as are sent at once, but at least one. */
	takeBytes(items: readonly Item[]): readonly Item[] {
		return this.#takeBytes(items.map(measured));
	}

	/** Half of what a mailbox takes leaves room for what else is sent meanwhile. */
	#takeBytes(all: readonly Remembered[]): readonly Item[] {
		const most = this.#limits.mailboxBytes / 2;
		return takeBytes(all, most, ({ bytes }) => bytes).map(({ item }) => item);
	}

	remember(item: Item): void {
		const { epoch, offset } = item;
		const said = this.head.said + (item.kind === "said" ? 1 : 0);
		const { restored } = this.head;
		// Spelt out: a spread would take as long as all the rest of this method.
		this.head = { epoch, offset, said, restored };
		if (item.kind === "erased")
			this.#replace(
				this.#items.map((each) => measured(without(each.item, item))),
			);
		const latest = measured(item);
		this.#items.push(latest);
		this.#bytes += 2 * latest.bytes;
		const { catchUpItems, roomMemoryBytes } = this.#limits;
		if (this.#items.length >= 2 * catchUpItems)
			this.#replace(this.#items.slice(-catchUpItems));
		if (this.#bytes > roomMemoryBytes) this.#forgetOldest(roomMemoryBytes / 2);
		this.#budget.count(this);
	}

	/** Bytes of memory: each item is there as an object and as an encoded frame. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Frees the memory for other rooms. When somebody enters, the items are read again. */
	forgetItems(): void {
		this.#replace([]);
		this.#isRecalled = false;
	}

	/** After a restore the room goes on under another epoch, and its earlier items are given that epoch too. */
	continueFrom(head: Head): void {
		const { epoch } = head;
		this.head = head;
		this.#items = this.#items.map(({ item, bytes }) => ({
			item: item.epoch === epoch ? item : { ...item, epoch },
			bytes,
		}));
	}

	#replace(items: Remembered[]): void {
		this.#items = items;
		this.#bytes = items.reduce((sum, { bytes }) => sum + 2 * bytes, 0);
	}

	/** Forgets the oldest items, until at most `most` bytes are left. The latest item stays. */
	#forgetOldest(most: number): void {
		let count = 0;
		for (const { bytes } of this.#items.slice(0, -1)) {
			if (this.#bytes <= most) break;
			this.#bytes -= 2 * bytes;
			count++;
		}
		this.#items = this.#items.slice(count);
	}
}

/** What a frame has besides its text and names, at most. */
const FRAME_BYTES = 220;

function measured(item: Item): Remembered {
	const text = item.kind === "said" ? item.text : "";
	const names = 3 * (item.name.length + item.room.length);
	return { item, bytes: FRAME_BYTES + names + jsonBytes(text) };
}
