/**
 * The index of one segment of the log: for each room, where its visible items
 * stand in this segment and which segment holds the one before; and who is
 * who. So a quiet room's history is not a scan of everyone's lines. It holds
 * no text, and it is a cache: the log alone makes it, from the index before.
 */
import type { ClientId, RoomName } from "../../machines/events.ts";
import { isVisible } from "../../machines/item.ts";
import { GENESIS } from "../log/line.ts";
import type { Cursor, ScanChunk, Span, Stored } from "../log/log.ts";

/** Someone who is in a room, or was in this segment. */
export interface Person {
	readonly name: string;
	readonly identity: string;
}

/** A room of one incarnation, as far as it lies in this segment. */
export interface RoomIndex {
	/** The latest: a restore gives it another. */
	incarnation: string;
	/** The one it was opened with. */
	readonly origin: string;
	/** The offset of the last item before this segment. */
	readonly before: number;
	/** The segment that holds it; 0 if there is none. */
	readonly previous: number;
	/** Who is inside, up to here. */
	readonly inside: Set<ClientId>;
	/** Where each item begins, and how many bytes it has. */
	readonly starts: number[];
	readonly sizes: number[];
}

/** The offset of a room's last item up to the end of the segment. */
export const lastOf = ({ before, starts }: RoomIndex): number =>
	before + starts.length;

/** Where the latest items below an offset stand in this segment, ascending. */
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

/** An index as its file holds it. */
export type IndexData = ReturnType<SegmentIndex["toJSON"]>;

export class SegmentIndex {
	readonly segment: number;
	readonly people = new Map<ClientId, Person>();
	readonly rooms = new Map<RoomName, RoomIndex>();
	/** How far it goes. */
	end: Cursor;
	/** Whether that is the end of its segment. */
	isFull = false;

	constructor(segment: number, end: Cursor) {
		this.segment = segment;
		this.end = end;
	}

	/** The still empty index of the segment that follows. */
	static after(before: SegmentIndex | undefined, segment: number) {
		const genesis = { seq: segment - 1, hash: GENESIS };
		const end = { ...(before?.end ?? genesis), at: 0 };
		const index = new SegmentIndex(segment, end);
		for (const [name, room] of before?.rooms ?? []) {
			const { incarnation, origin, inside, starts } = room;
			index.rooms.set(name, {
				...{ incarnation, origin, inside: new Set(inside) },
				before: lastOf(room),
				previous: starts.length > 0 && before ? before.segment : room.previous,
				...{ starts: [], sizes: [] },
			});
			for (const client of inside) {
				const person = before?.people.get(client);
				if (person) index.people.set(client, person);
			}
		}
		return index;
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
				...{ inside: new Set(), starts: [], sizes: [] },
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
			this.people.set(client, { name, identity });
			room.inside.add(client);
		}
		if (event.type === "client.left") room.inside.delete(event.client);
		room.starts.push(at);
		room.sizes.push(bytes);
	}

	toJSON() {
		const { segment, end } = this;
		const rooms = Array.from(
			this.rooms,
			([name, room]) => [name, { ...room, inside: [...room.inside] }] as const,
		);
		return { segment, end, people: [...this.people], rooms };
	}

	static fromJSON({ segment, end, people, rooms }: IndexData): SegmentIndex {
		const index = new SegmentIndex(segment, end);
		for (const [client, person] of people) index.people.set(client, person);
		for (const [name, room] of rooms)
			index.rooms.set(name, { ...room, inside: new Set(room.inside) });
		return index;
	}
}
