/**
 * How many bytes all rooms together remember. Where that is too much, the
 * room that was used least lately forgets first, and what it forgets is read
 * from the log when somebody asks.
 */
interface Remembering {
	readonly bytes: number;
	forgetItems(): void;
}

export class RoomMemory {
	readonly #most: number;
	/** The latest used last, with the bytes that each has been counted with. */
	readonly #rooms = new Map<Remembering, number>();
	#latest: Remembering | undefined;
	#total = 0;

	constructor(most = Number.POSITIVE_INFINITY) {
		this.#most = most;
	}

	/** This room remembers more, or less, than before. */
	count(room: Remembering): void {
		this.#total += room.bytes - (this.#rooms.get(room) ?? 0);
		if (room !== this.#latest) this.#rooms.delete(room);
		this.#latest = room;
		this.#rooms.set(room, room.bytes);
		for (const [other] of this.#rooms) {
			if (this.#total <= this.#most || other === room) break;
			this.forget(other);
			other.forgetItems();
		}
	}

	forget(room: Remembering): void {
		this.#total -= this.#rooms.get(room) ?? 0;
		this.#rooms.delete(room);
		if (this.#latest === room) this.#latest = undefined;
	}
}
