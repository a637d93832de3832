/**
 * The latest items of one room, each as it reads now, and how far the room has
 * come. Newcomers are shown some of them, and a client that returns is told
 * what it missed. Older items are read from the log.
 */
import type { Head, Item } from "../../machines/message.ts";
import {
	type Change,
	changed,
	isChange,
	isRelation,
} from "../../machines/relations.ts";
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
	/** How many of them, the oldest, were read from the log with relations left out. */
	#incomplete = 0;
	/** How many of them are relations. */
	#relations = 0;
	#isRecalled = false;
	#bytes = 0;

	constructor(limits: Limits, budget: MemoryBudget) {
		this.#limits = limits;
		this.#budget = budget;
	}

	/** The offset of the first item after which all are remembered. */
	get #first(): number {
		return this.#items[this.#incomplete]?.item.offset ?? this.head.offset + 1;
	}

	/** The item at an offset, if it is remembered. */
	itemAt(offset: number): Item | undefined {
		const item = this.#items[this.#indexOf(offset)]?.item;
		return item?.offset === offset ? item : undefined;
	}

	/** The index of the first item from an offset on. */
	#indexOf(offset: number): number {
		let [low, high] = [0, this.#items.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			const { item } = this.#items[middle] ?? {};
			if (item && item.offset < offset) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	/** What a newcomer is shown: the latest messages as they read now, the lines between them, and the very last item. */
	get latest(): readonly Item[] {
		const { historyMessages, mailboxBytes } = this.#limits;
		const most = historyMessages * LINES_PER_MESSAGE;
		const shown: Item[] = [];
		let [said, lines, total] = [0, 0, 0];
		for (let nth = this.#items.length - 1; nth >= 0; nth--) {
			const { item, bytes } = this.#items[nth] ?? {};
			if (!item || bytes === undefined) break;
			const isLast = nth === this.#items.length - 1;
			if (isRelation(item) && !isLast) continue;
			total += bytes;
			if (total > mailboxBytes / 2) break;
			if (!isRelation(item) && ++lines > most) break;
			if (item.kind === "said" && ++said > historyMessages) break;
			shown.push(item);
		}
		return shown.reverse();
	}

	/** How many messages, before which offset, must be read from the log before a newcomer can be shown the latest. A start reads only the end of the log. */
	get lacks(): { before: number; limit: number } | undefined {
		const before = this.#items[0]?.item.offset ?? this.head.offset + 1;
		const { historyMessages, catchUpItems } = this.#limits;
		const enough = Math.min(historyMessages * LINES_PER_MESSAGE, catchUpItems);
		const lines = this.#items.length - this.#relations;
		const limit = Math.min(historyMessages, enough - lines);
		const lacks = before > 1 && limit > 0;
		return lacks && !this.#isRecalled ? { before, limit } : undefined;
	}

	/** Adds older items that were read from the log; an empty list, if they can't be read. */
	recall(items: readonly Item[]): void {
		const next = this.#items[0]?.item.offset ?? this.head.offset + 1;
		const isWhole = (items[0]?.offset ?? next) + items.length === next;
		this.#replace([...items.map(measured), ...this.#items]);
		this.#incomplete = isWhole ? this.#incomplete : items.length;
		this.#isRecalled = true;
		const last = items.findLast(({ kind }) => kind === "said")?.time;
		this.head = { ...this.head, saidAt: this.head.saidAt ?? last };
		this.#budget.count(this);
	}

	/** How many items came after an offset, if there is such an offset and they may be caught up with; `isSure` if so few came that they may, whatever they are. */
	missed(offset: number): { count: number; isSure: boolean } | undefined {
		const count = this.head.offset - offset;
		const { catchUpItems, catchUpRelations } = this.#limits;
		if (count < 0 || count > catchUpItems + catchUpRelations) return undefined;
		if (count <= Math.min(catchUpItems, catchUpRelations))
			return { count, isSure: true };
		if (offset < this.#first - 1) return { count, isSure: false };
		const missed = this.#items.slice(this.#indexOf(offset + 1));
		const relations = missed.filter(({ item }) => isRelation(item)).length;
		return this.areFew(count, relations) ? { count, isSure: true } : undefined;
	}

	/** Whether so many items, relations among them, may be caught up with. */
	areFew(count: number, relations: number): boolean {
		const { catchUpItems, catchUpRelations } = this.#limits;
		return relations <= catchUpRelations && count - relations <= catchUpItems;
	}

	/** The items right after an offset, as many as are sent at once; undefined if they are no longer remembered. */
	after(offset: number): readonly Item[] | undefined {
		if (offset < this.#first - 1) return undefined;
		return this.#takeBytes(this.#items.slice(this.#indexOf(offset + 1)));
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
		const isSaid = item.kind === "said";
		const said = this.head.said + (isSaid ? 1 : 0);
		const saidAt = isSaid ? item.time : this.head.saidAt;
		const { restored } = this.head;
		// Spelt out: a spread would take as long as all the rest of this method.
		this.head = { epoch, offset, said, restored, saidAt };
		if (isChange(item)) this.#change(item);
		const latest = measured(item);
		this.#items.push(latest);
		this.#bytes += 2 * latest.bytes;
		if (isRelation(item)) this.#relations++;
		const { catchUpItems, catchUpRelations, roomMemoryBytes } = this.#limits;
		if (this.#lines >= 2 * catchUpItems)
			this.#forgetOldest(() => this.#lines > catchUpItems);
		if (this.#relations >= 2 * catchUpRelations)
			this.#forgetOldest(() => this.#relations > catchUpRelations);
		if (this.#bytes > roomMemoryBytes)
			this.#forgetOldest(() => this.#bytes > roomMemoryBytes / 2);
		this.#budget.count(this);
	}

	/** How many of the items are no relations. */
	get #lines(): number {
		return this.#items.length - this.#relations;
	}

	/** A reaction or a pin is about one item; an erasure, and an edit after another one, may be about several. */
	#change(change: Change): void {
		let [from, to] = [0, this.#items.length];
		if (change.kind !== "edited" && change.kind !== "erased") {
			from = this.#indexOf(change.target);
			to = from + 1;
		}
		for (let at = from; at < to; at++) {
			const before = this.#items[at];
			const item = before && changed(before.item, change);
			if (!before || !item || item === before.item) continue;
			const after = measured(item);
			this.#bytes += 2 * (after.bytes - before.bytes);
			this.#items[at] = after;
		}
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
		this.head = { saidAt: this.head.saidAt, ...head };
		this.#items = this.#items.map(({ item, bytes }) => ({
			item: item.epoch === epoch ? item : { ...item, epoch },
			bytes,
		}));
	}

	#replace(items: Remembered[]): void {
		this.#items = items;
		this.#bytes = items.reduce((sum, { bytes }) => sum + 2 * bytes, 0);
		this.#relations = items.filter(({ item }) => isRelation(item)).length;
		this.#incomplete = Math.min(this.#incomplete, items.length);
	}

	/** Forgets the oldest items, as long as there is too much. The latest item stays. */
	#forgetOldest(isTooMuch: () => boolean): void {
		let count = 0;
		for (const { item, bytes } of this.#items.slice(0, -1)) {
			if (!isTooMuch()) break;
			this.#bytes -= 2 * bytes;
			if (isRelation(item)) this.#relations--;
			count++;
		}
		this.#items = this.#items.slice(count);
		this.#incomplete = Math.max(0, this.#incomplete - count);
	}
}

/** What a frame has besides its text and names, at most. */
const FRAME_BYTES = 220;

function measured(item: Item): Remembered {
	const text = "text" in item ? item.text : "";
	const names = 3 * (item.name.length + item.room.length);
	const bytes = FRAME_BYTES + names + jsonBytes(text);
	const { reactions = undefined } = item.kind === "said" ? item : {};
	const given = reactions ? Buffer.byteLength(JSON.stringify(reactions)) : 0;
	return { item, bytes: bytes + given };
}
