/**
 * Who wants to know how far rooms have come that they are not in. Whoever
 * asks for a room makes none, and is forgotten with what they asked for.
 */
import type { RoomName } from "../../machines/events.ts";
import type { Mailbox } from "./mailbox.ts";
import { Envelope } from "./parcel.ts";
import type { Server } from "./server.ts";

export class Watchers {
	readonly #server: Server;
	readonly #asked = new Map<Mailbox, readonly RoomName[]>();
	readonly #watching = new Map<RoomName, Set<Mailbox>>();

	constructor(server: Server) {
		this.#server = server;
	}

	/** From now on these rooms and no others; how far they are is told at once. */
	watch(mailbox: Mailbox, rooms: readonly RoomName[]): void {
		this.forget(mailbox);
		if (rooms.length === 0) return;
		this.#asked.set(mailbox, rooms);
		for (const room of rooms) {
			const mailboxes = this.#watching.get(room) ?? new Set();
			this.#watching.set(room, mailboxes.add(mailbox));
		}
		const heads = rooms.map((room) => this.#server.head(room));
		mailbox.put({ kind: "heads", heads });
	}

	forget(mailbox: Mailbox): void {
		for (const room of this.#asked.get(mailbox) ?? []) {
			const mailboxes = this.#watching.get(room);
			mailboxes?.delete(mailbox);
			if (mailboxes?.size === 0) this.#watching.delete(room);
		}
		this.#asked.delete(mailbox);
	}

	isWatched(room: RoomName): boolean {
		return this.#watching.has(room);
	}

	/** Tells all who watch a room how far it is. */
	tell(room: RoomName): void {
		const heads = [this.#server.head(room)];
		const envelope = new Envelope({ kind: "heads", heads });
		for (const mailbox of this.#watching.get(room) ?? [])
			mailbox.hand(envelope);
	}
}
