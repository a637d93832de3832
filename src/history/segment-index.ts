/**
 * The index of one segment of the log: for each room, the spans of its visible
 * items in this segment and the segment of the item before them; and the names
 * of clients. With it, reading a quiet room's history needs no scan of all
 * rooms' lines. It contains no text and can always be rebuilt from the log.
 */
import {
	type ClientId,
	isVisible,
	type RoomName,
	type VisibleEvent,
} from "../../machines/events.ts";
import { isRelating, relationKindOf } from "../../machines/item.ts";
import type { Relation } from "../../machines/message.ts";
import { GENESIS } from "../log/line.ts";
import type { Cursor, EventSpan, ScanChunk, Span, Stored } from "../log/log.ts";

/** A client that is in a room, or was in one during this segment. */
export interface Person {
	readonly name: string;
	readonly identity: string;
	/** Whether it is in a room at the end of the index. */
	readonly isInside: boolean;
	/** The names that it had before in this segment, each with the byte at which it got the next one. */
	readonly earlier?: readonly (readonly [until: number, name: string])[];
}

/** Something that is said of an earlier item of the room, and where the log says so. It has no text. */
export interface IndexedRelation extends EventSpan {
	readonly kind: Relation["kind"];
	/** The offset of the item that it is about, and its own. */
	readonly target: number;
	readonly offset: number;
	readonly name: string;
	readonly identity: string;
	/** The offset of the reaction that is taken back. */
	readonly reaction?: number;
}

/** What an item is to a reader of pages: they count messages, and leave relations out. */
export const ItemKind = { other: 0, message: 1, relation: 2 } as const;

function readerKind(event: VisibleEvent): number {
	if (isRelating(event)) return ItemKind.relation;
	const isMessage =
		event.type === "message.posted" || event.type === "notice.posted";
	return isMessage ? ItemKind.message : ItemKind.other;
}

/** The part of a room that lies in this segment. */
export interface RoomIndex {
	/** The current incarnation: a restore gives the room another. */
	incarnation: string;
	/** The incarnation that it was opened with. */
	readonly origin: string;
	/** The offset of the last item before this segment. */
	readonly before: number;
	/** The segment of that item; 0 if there is none. */
	readonly previous: number;
	/** The first byte of each item's line, and its length in bytes. */
	readonly starts: number[];
	readonly sizes: number[];
	/** What each item is: an `ItemKind`. */
	readonly kinds: number[];
	/** The relations among these items. */
	readonly relations: IndexedRelation[];
}

/** Where an item's line is. */
export interface ItemSpan extends Span {
	readonly offset: number;
	readonly kind: number;
}

const itemAt = (
	{ before, starts, sizes, kinds }: RoomIndex,
	nth: number,
): ItemSpan => ({
	at: starts[nth] ?? 0,
	bytes: sizes[nth] ?? 0,
	offset: before + nth + 1,
	kind: kinds[nth] ?? ItemKind.other,
});

/** The offset of a room's last item in the index. */
export const lastOf = ({ before, starts }: RoomIndex): number =>
	before + starts.length;

/** The offset of the item whose line begins at this byte; undefined if the room has none there. */
export function offsetAt(
	{ before, starts }: RoomIndex,
	at: number,
): number | undefined {
	let [low, high] = [0, starts.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((starts[middle] ?? 0) < at) low = middle + 1;
		else high = middle;
	}
	return starts[low] === at ? before + low + 1 : undefined;
}

/** The items from an offset on in this segment, ascending. */
export function itemsFrom(
	part: RoomIndex,
	offset: number,
	most: number,
): readonly ItemSpan[] {
	const first = offset - 1 - part.before;
	const end = Math.min(first + most, part.starts.length);
	const items: ItemSpan[] = [];
	for (let nth = first; nth < end; nth++) items.push(itemAt(part, nth));
	return items;
}

/** The last items below an offset in this segment, the latest first, without relations, up to so many messages. */
export function talkBelow(
	part: RoomIndex,
	offset: number,
	messages: number,
): readonly ItemSpan[] {
	const items: ItemSpan[] = [];
	let left = messages;
	for (let nth = offset - 2 - part.before; nth >= 0 && left > 0; nth--) {
		const item = itemAt(part, nth);
		if (item.kind !== ItemKind.relation) items.push(item);
		if (item.kind === ItemKind.message) left--;
	}
	return items;
}

/** The content of an index file. */
export interface IndexData {
	readonly segment: number;
	readonly end: Cursor;
	readonly people: readonly (readonly [ClientId, Person])[];
	readonly rooms: readonly (readonly [RoomName, RoomIndex])[];
}

export class SegmentIndex {
	readonly segment: number;
	readonly people: Map<ClientId, Person>;
	readonly rooms: Map<RoomName, RoomIndex>;
	/** The end of the indexed part of the segment. */
	end: Cursor;
	/** Whether that is the end of a full segment. */
	isFull = false;

	constructor({ segment, end, people, rooms }: IndexData) {
		this.segment = segment;
		this.end = end;
		this.people = new Map(people);
		this.rooms = new Map(rooms);
	}

	/** The empty index of a segment, which continues from the index before. */
	static after(before: SegmentIndex | undefined, segment: number) {
		const genesis = { seq: segment - 1, hash: GENESIS };
		const end = { ...(before?.end ?? genesis), at: 0 };
		const index = new SegmentIndex({ segment, end, people: [], rooms: [] });
		for (const [name, room] of before?.rooms ?? []) {
			const isEarlier = room.starts.length === 0;
			const previous = isEarlier ? room.previous : (before?.segment ?? 0);
			const none = { starts: [], sizes: [], kinds: [], relations: [] };
			const last = { before: lastOf(room) };
			index.rooms.set(name, { ...room, previous, ...last, ...none });
		}
		for (const [client, person] of before?.people ?? [])
			if (person.isInside) {
				const { earlier: _, ...now } = person;
				index.people.set(client, now);
			}
		return index;
	}

	/** A client under the name that it had at this byte of the segment. */
	personAt(client: ClientId, at: number): Person | undefined {
		const person = this.people.get(client);
		const then = person?.earlier?.find(([until]) => at < until);
		return person && then ? { ...person, name: then[1] } : person;
	}

	add({ entries, end }: ScanChunk): void {
		for (const { stored, span } of entries) this.addEntry(stored, span);
		this.end = end;
	}

	addEntry({ event, seq }: Stored, { at, bytes }: Span): void {
		if (event.type === "room.opened") {
			const { room, incarnation } = event;
			this.rooms.set(room, {
				...{ incarnation, origin: incarnation, before: 0, previous: 0 },
				...{ starts: [], sizes: [], kinds: [], relations: [] },
			});
		}
		if (event.type === "room.restored") {
			const room = this.rooms.get(event.room);
			if (room) room.incarnation = event.incarnation;
		}
		if (event.type === "room.forgotten") this.rooms.delete(event.room);
		if (!isVisible(event)) return;
		const room = this.rooms.get(event.room);
		if (!room) throw new Error(`${event.type} in a room that was not opened`);
		if (event.type === "client.entered") {
			const { client, name, identity } = event;
			const before = this.people.get(client);
			const isRenamed = before !== undefined && before.name !== name;
			const earlier = [
				...(before?.earlier ?? []),
				...(isRenamed ? [[at, before.name] as const] : []),
			];
			const person = { name, identity, isInside: true };
			const names = earlier.length > 0 ? { earlier } : {};
			this.people.set(client, { ...person, ...names });
		}
		if (event.type === "client.left") {
			const person = this.people.get(event.client);
			if (person) this.people.set(event.client, { ...person, isInside: false });
		}
		room.starts.push(at);
		room.sizes.push(bytes);
		room.kinds.push(readerKind(event));
		if (!isRelating(event)) return;
		const who = "client" in event ? this.people.get(event.client) : event;
		room.relations.push({
			...{ segment: this.segment, at, bytes, seq },
			...{
				kind: relationKindOf(event),
				target: event.target,
				offset: lastOf(room),
			},
			...{ name: who?.name ?? "", identity: who?.identity ?? "" },
			...("reaction" in event && { reaction: event.reaction }),
		});
	}

	toJSON(): IndexData {
		const { segment, end, people, rooms } = this;
		return { segment, end, people: [...people], rooms: [...rooms] };
	}
}
