/**
 * The index of one segment of the log: for each room, where its visible items
 * stand in this segment and which segment holds the one before; and who is
 * who. So a quiet room's history is not a scan of everyone's lines. It holds
 * no text, and it is a cache: the log alone makes it, from the index before.
 */
import type { ClientId, RoomName } from "../../machines/events.ts";
import { isVisible } from "../../machines/item.ts";
import { GENESIS } from "../log/line.ts";
import type { Cursor, Span, Stored, Stretch } from "../log/log.ts";

/** Someone who is in a room, or was in this segment. */
export interface Person {
	readonly name: string;
	readonly identity: string;
}

/** A room of one incarnation, as far as it lies in this segment. */
interface RoomData {
	readonly incarnation: string;
	/** The one it was opened with, if a restore has given it another. */
	readonly origin?: string | undefined;
	/** The offset of the last item before this segment. */
	readonly before: number;
	/** The segment that holds it; 0 if there is none. */
	readonly previous: number;
	/** Who is inside at the end. */
	readonly inside: readonly ClientId[];
	/** Of each item, by turns: the bytes between it and the one before, and its own. */
	readonly places: readonly number[];
}

export interface IndexData {
	readonly segment: number;
	readonly end: Cursor;
	readonly people: { readonly [client: ClientId]: Person };
	readonly rooms: { readonly [name: RoomName]: RoomData };
}

export class RoomIndex {
	incarnation: string;
	readonly origin: string;
	readonly before: number;
	readonly previous: number;
	readonly inside: Set<ClientId>;
	readonly #starts: number[] = [];
	readonly #sizes: number[] = [];

	constructor({ incarnation, before, previous, ...data }: RoomData) {
		const { inside, places, origin = incarnation } = data;
		this.incarnation = incarnation;
		this.origin = origin;
		this.before = before;
		this.previous = previous;
		this.inside = new Set(inside);
		let at = 0;
		for (let next = 0; next < places.length; next += 2) {
			at += places[next] ?? 0;
			const bytes = places[next + 1] ?? 0;
			this.add({ at, bytes });
			at += bytes;
		}
	}

	/** The offset of the last item up to the end of the segment. */
	get last(): number {
		return this.before + this.#starts.length;
	}

	add({ at, bytes }: Span): void {
		this.#starts.push(at);
		this.#sizes.push(bytes);
	}

	/** Where the latest items below an offset stand in this segment, ascending. */
	below(offset: number, most: number): readonly Span[] {
		const end = offset - 1 - this.before;
		const first = Math.max(0, end - most);
		return this.#starts.slice(first, end).map((at, index) => ({
			at,
			bytes: this.#sizes[first + index] ?? 0,
		}));
	}

	toJSON(): RoomData {
		const { incarnation, before, previous } = this;
		const origin = this.origin === incarnation ? undefined : this.origin;
		let end = 0;
		const places = this.#starts.flatMap((at, item) => {
			const bytes = this.#sizes[item] ?? 0;
			const gap = at - end;
			end = at + bytes;
			return [gap, bytes];
		});
		const inside = [...this.inside];
		return { incarnation, origin, before, previous, inside, places };
	}
}

export class SegmentIndex {
	readonly segment: number;
	readonly people: Map<ClientId, Person>;
	readonly rooms: Map<RoomName, RoomIndex>;
	/** How far it goes. */
	end: Cursor;
	/** Whether that is the end of its segment. */
	isFull = false;

	/** The still empty index of the segment that follows. */
	static after(before: SegmentIndex | undefined, segment: number) {
		if (!before) {
			const end = { at: 0, seq: segment - 1, hash: GENESIS };
			return new SegmentIndex({ segment, end, people: {}, rooms: {} });
		}
		const people: Record<ClientId, Person> = {};
		const rooms: Record<RoomName, RoomData> = {};
		for (const [name, room] of before.rooms) {
			const { incarnation, origin, last, inside } = room;
			const previous = last > room.before ? before.segment : room.previous;
			const carried = { incarnation, origin, before: last, previous };
			rooms[name] = { ...carried, inside: [...inside], places: [] };
			for (const client of inside) {
				const person = before.people.get(client);
				if (person) people[client] = person;
			}
		}
		const end = { ...before.end, at: 0 };
		return new SegmentIndex({ segment, end, people, rooms });
	}

	constructor({ segment, end, people, rooms }: IndexData) {
		this.segment = segment;
		this.end = end;
		this.people = new Map(Object.entries(people));
		this.rooms = new Map();
		for (const [name, data] of Object.entries(rooms))
			this.rooms.set(name, new RoomIndex(data));
	}

	take({ placed, end }: Stretch): void {
		for (const { stored, span } of placed) this.note(stored, span);
		this.end = end;
	}

	note({ event }: Stored, span: Span): void {
		if (event.type === "room.opened") {
			const { room, incarnation } = event;
			const empty = { before: 0, previous: 0, inside: [], places: [] };
			this.rooms.set(room, new RoomIndex({ incarnation, ...empty }));
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
		room.add(span);
	}

	toJSON(): IndexData {
		const { segment, end } = this;
		const people = Object.fromEntries(this.people);
		const rooms = Object.fromEntries(
			Array.from(this.rooms, ([name, room]) => [name, room.toJSON()]),
		);
		return { segment, end, people, rooms };
	}
}
