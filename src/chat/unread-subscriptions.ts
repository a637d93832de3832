/**
 * Who wants to know how far rooms have come that they are not in, and whether
 * they were mentioned there. Whoever asks for a room makes none, and is
 * forgotten with what they asked for.
 */
import type { RoomName } from "../../machines/events.ts";
import { foldName, mentioned } from "../../machines/text.ts";
import { EncodedMessage } from "./batch.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Server } from "./server.ts";

interface Asked {
	readonly name: string;
	readonly rooms: readonly RoomName[];
}

export class UnreadSubscriptions {
	readonly #server: Server;
	readonly #asked = new Map<Mailbox, Asked>();
	readonly #watching = new Map<RoomName, Set<Mailbox>>();
	/** Who was mentioned in a room and not told yet. */
	readonly #called = new Map<RoomName, Set<string>>();

	constructor(server: Server) {
		this.#server = server;
	}

	/** From now on these rooms and no others; how far they are is told at once. */
	watch(mailbox: Mailbox, name: string, rooms: readonly RoomName[]): void {
		this.forget(mailbox);
		if (rooms.length === 0) return;
		this.#asked.set(mailbox, { name: foldName(name), rooms });
		for (const room of rooms) {
			const mailboxes = this.#watching.get(room) ?? new Set();
			this.#watching.set(room, mailboxes.add(mailbox));
		}
		for (const room of rooms)
			mailbox.put({ kind: "head", ...this.#server.head(room) });
	}

	forget(mailbox: Mailbox): void {
		for (const room of this.#asked.get(mailbox)?.rooms ?? []) {
			const mailboxes = this.#watching.get(room);
			mailboxes?.delete(mailbox);
			if (mailboxes?.size === 0) this.#watching.delete(room);
		}
		this.#asked.delete(mailbox);
	}

	/** Something was said; false if nobody wants to know. */
	hear(room: RoomName, text: string): boolean {
		if (!this.#watching.has(room)) return false;
		const names = mentioned(text);
		if (names.length === 0) return true;
		const called = this.#called.get(room) ?? new Set();
		for (const name of names) called.add(name);
		this.#called.set(room, called);
		return true;
	}

	/** Tells all who watch a room how far it is. */
	tell(room: RoomName): void {
		const head = { kind: "head", ...this.#server.head(room) } as const;
		const plain = new EncodedMessage(head);
		const calling = new EncodedMessage({ ...head, mentioned: true });
		const called = this.#called.get(room);
		this.#called.delete(room);
		for (const mailbox of this.#watching.get(room) ?? []) {
			const isCalled = called?.has(this.#asked.get(mailbox)?.name ?? "");
			mailbox.hand(isCalled ? calling : plain);
		}
	}
}
