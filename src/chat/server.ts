/**
 * The Server holds the rooms, each with its bot, and dispatches what became
 * durable to the mailboxes of those it concerns.
 */
import type { RoomName } from "../../machines/events.ts";
import type { Head } from "../../machines/message.ts";
import type { Limits } from "../limits.ts";
import { makeBot } from "./bot.ts";
import { Mailbox, type OnMessage } from "./mailbox.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { RecentItems } from "./recent-items.ts";
import { Room } from "./room.ts";

/** The head of a room that does not exist. */
export const NOWHERE: Head = { epoch: "", offset: 0, said: 0 };

export class Server {
	readonly #limits: Limits;
	readonly #budget: MemoryBudget;
	readonly #rooms = new Map<RoomName, Room>();
	readonly #dirty = new Set<Mailbox>();
	/** Rooms with something to deliver: a thousand others may be silent. */
	readonly #dirtyRooms = new Set<Room>();

	constructor(limits: Limits) {
		this.#limits = limits;
		this.#budget = new MemoryBudget(limits.allRoomsBytes);
	}

	/** The room of that name, made at the first call. Call it only for rooms that were opened. */
	room(name: RoomName): Room {
		let room = this.#rooms.get(name);
		if (!room) {
			room = new Room({
				name,
				recent: new RecentItems(this.#limits, this.#budget),
				host: makeBot(),
				dirty: this.#dirtyRooms,
			});
			this.#rooms.set(name, room);
		}
		return room;
	}

	/** The room of that name, if there is one. */
	find(name: RoomName): Room | undefined {
		return this.#rooms.get(name);
	}

	/** How far a room has come; one that does not exist has no epoch. */
	head(room: RoomName): Head & { readonly room: RoomName } {
		return { room, ...(this.find(room)?.recent.head ?? NOWHERE) };
	}

	/** Forgets a room. The next one of this name begins anew. */
	forget(name: RoomName): void {
		const room = this.find(name);
		if (room) this.#budget.forget(room.recent);
		this.#rooms.delete(name);
	}

	mailbox(onMessage: OnMessage): Mailbox {
		return new Mailbox(this.#dirty, onMessage);
	}

	/** Delivers what came since the last call: at most one batch for each Client. */
	dispatch(): void {
		for (const room of this.#dirtyRooms) room.deliver();
		this.#dirtyRooms.clear();
		for (const mailbox of this.#dirty) mailbox.flush(undefined);
		this.#dirty.clear();
	}
}
