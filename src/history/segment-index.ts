/**
 * The index of one segment of the log: for each room, the spans of its visible
 * items in this segment and the segment of the item before them; and the names
 * of clients. With it, reading a quiet room's history needs no scan of all
 * rooms' lines. It contains no text and can always be rebuilt from the log.
 */
import type { ClientId, RoomName } from "../../machines/events.ts";
import { isVisible } from "../../machines/item.ts";
import { GENESIS } from "../log/line.ts";
import type { Cursor, ScanChunk, Span, Stored } from "../log/log.ts";

/** A client that is in a room, or was in one during this segment. */
export interface Person {
	readonly name: string;
	readonly identity: string;
	/** Whether it is in a room at the end of the index. */
	readonly isInside: boolean;
	/** The names that it had before in this segment, each with the byte at which it got the next one. */
	readonly earlier?: readonly (readonly [until: number, name: string])[];
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
}

/** The offset of a room's last item in the index. */
export const lastOf = ({ before, starts }: RoomIndex): number =>
	before + starts.length;

/** The spans of the last items below an offset in this segment, ascending. */
export function spansBelow(
	{ before, starts, sizes }: RoomIndex,
	offset: number,
	most: number,
): readonly Span[] {
	const end = offset - 1 - before;
	const first = Math.max(0, end - most);
	return starts.slice(first, end).map((at, index) => ({
		at,
		bytes: sizes[first + index] ?? 0,
	}));
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
			const none = { before: lastOf(room), starts: [], sizes: [] };
			index.rooms.set(name, { ...room, previous, ...none });
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

	addEntry({ event }: Stored, { at, bytes }: Span): void {
		if (event.type === "room.opened") {
			const { room, incarnation } = event;
			this.rooms.set(room, {
				...{ incarnation, origin: incarnation, before: 0, previous: 0 },
				...{ starts: [], sizes: [] },
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
	}

	toJSON(): IndexData {
		const { segment, end, people, rooms } = this;
		return { segment, end, people: [...people], rooms: [...rooms] };
	}
}
