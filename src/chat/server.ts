/**
 * The Server holds the rooms, each with its bot, and is the bus: what became
 * durable is dispatched through it to the mailboxes of those it concerns.
 */
import type { RoomName } from "../../machines/events.ts";
import type { Head } from "../../machines/message.ts";
import { makeBot } from "./bot.ts";
import { Mailbox, type OnMessage } from "./mailbox.ts";
import { type Memory, Room } from "./room.ts";
import { RoomMemory } from "./room-memory.ts";

export class Server {
	readonly #memory: Memory;
	readonly #remembered: RoomMemory;
	readonly #rooms = new Map<RoomName, Room>();
	readonly #dirty = new Set<Mailbox>();
	/** Those with something to deliver: there may be a thousand that are silent. */
	readonly #talking = new Set<Room>();

	/** How much each room remembers. */
	constructor(memory: Memory) {
		this.#memory = memory;
		this.#remembered = new RoomMemory(memory.allRoomsBytes);
	}

	/** The room of that name, made if need be: only of one that was opened may it be asked. */
	room(name: RoomName): Room {
		let room = this.#rooms.get(name);
		if (!room) {
			room = new Room({
				name,
				memory: this.#memory,
				remembered: this.#remembered,
				host: makeBot(),
				dirty: this.#talking,
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
		const nowhere = { epoch: "", offset: 0, said: 0 };
		return { room, ...(this.find(room)?.head ?? nowhere) };
	}

	/** Under this name nothing is remembered; the next room of that name is another. */
	forget(name: RoomName): void {
		const room = this.find(name);
		if (room) this.#remembered.forget(room);
		this.#rooms.delete(name);
	}

	mailbox(onMessage: OnMessage): Mailbox {
		return new Mailbox(this.#dirty, onMessage);
	}

	/** Delivers all that was published since the last time: at most one parcel for each Client. */
	dispatch(): void {
		for (const room of this.#talking) room.deliver();
		this.#talking.clear();
		for (const mailbox of this.#dirty) mailbox.flush(undefined);
		this.#dirty.clear();
	}
}
