/**
 * Tells clients how far rooms have come that they are not in, and whether they
 * were mentioned or answered there: what a page needs to count unread messages.
 * Asking about a room does not open it.
 */
import type { ClientId, Identity, RoomName } from "../../machines/events.ts";
import type { Said } from "../../machines/message.ts";
import { foldName, mentioned } from "../../machines/text.ts";
import { EncodedMessage } from "./batch.ts";
import type { Mailbox } from "./mailbox.ts";
import { NOWHERE, type Server } from "./server.ts";

interface Subscription {
	readonly name: string;
	/** Who subscribes, without a `+tag`. */
	readonly person: Identity;
	readonly rooms: readonly RoomName[];
}

interface Rights {
	/** Whether one person has blocked another. */
	hasBlocked(reader: Identity, writer: Identity): boolean;
	/** Whether a person may read a room. For those who may not, there is none. */
	mayRead(reader: Identity, room: RoomName): boolean;
	/** The names that a person has now. */
	namesOf(person: Identity): readonly string[];
	/** Who a client in a room is, or was there if its session is open and remembers it. */
	personOf(room: RoomName, client: ClientId): Identity | undefined;
}

export class UnreadSubscriptions {
	readonly #server: Server;
	readonly #subscriptions = new Map<Mailbox, Subscription>();
	readonly #subscribers = new Map<RoomName, Set<Mailbox>>();
	/** In each room, who mentioned each name, with an @ before it, or answered each person, since it was last published. */
	readonly #mentioned = new Map<RoomName, Map<string, Identity[]>>();
	readonly #rights: Rights;

	constructor(server: Server, rights: Rights) {
		this.#server = server;
		this.#rights = rights;
	}

	/** Replaces the subscription of a mailbox, which is told at once how far these rooms are. */
	watch(
		mailbox: Mailbox,
		{ name, person }: Pick<Subscription, "name" | "person">,
		rooms: readonly RoomName[],
	): void {
		this.forget(mailbox);
		if (rooms.length === 0) return;
		this.#subscriptions.set(mailbox, { name, person, rooms });
		for (const room of rooms) {
			const mailboxes = this.#subscribers.get(room) ?? new Set();
			this.#subscribers.set(room, mailboxes.add(mailbox));
		}
		for (const room of rooms) {
			const mayRead = this.#rights.mayRead(person, room);
			const head = mayRead ? this.#server.head(room) : { room, ...NOWHERE };
			mailbox.put({ kind: "head", ...head });
		}
	}

	forget(mailbox: Mailbox): void {
		for (const room of this.#subscriptions.get(mailbox)?.rooms ?? []) {
			const mailboxes = this.#subscribers.get(room);
			mailboxes?.delete(mailbox);
			if (mailboxes?.size === 0) this.#subscribers.delete(room);
		}
		this.#subscriptions.delete(mailbox);
	}

	/** Call when a message was posted. Returns whether anyone subscribed to its room. */
	hear({ room, client, text, epoch, replyTo = 0 }: Said): boolean {
		if (!this.#subscribers.has(room)) return false;
		const { personOf } = this.#rights;
		const writer = personOf(room, client) ?? "";
		// One from long ago is not looked for in the log.
		const answered = this.#server.find(room)?.recent.itemAt(replyTo);
		const isThere = answered?.kind === "said" && answered.epoch === epoch;
		const meant = new Set([...mentioned(text)].map((name) => `@${name}`));
		if (isThere && !answered.erased)
			meant.add(
				personOf(room, answered.client) ?? `@${foldName(answered.name)}`,
			);
		if (meant.size === 0) return true;
		const all = this.#mentioned.get(room) ?? new Map<string, Identity[]>();
		for (const one of meant) all.set(one, [...(all.get(one) ?? []), writer]);
		this.#mentioned.set(room, all);
		return true;
	}

	/** Tells the subscribers of a room how far it is. */
	tell(room: RoomName): void {
		const head = { kind: "head", ...this.#server.head(room) } as const;
		const plain = new EncodedMessage(head);
		const withMention = new EncodedMessage({ mentioned: true, ...head });
		const all = this.#mentioned.get(room);
		this.#mentioned.delete(room);
		for (const mailbox of this.#subscribers.get(room) ?? []) {
			const { name = "", person = "" } = this.#subscriptions.get(mailbox) ?? {};
			if (!this.#rights.mayRead(person, room)) continue;
			const names = all ? [name, ...this.#rights.namesOf(person)] : [];
			const isMentioned = [...names.map((one) => `@${foldName(one)}`), person]
				.flatMap((one) => all?.get(one) ?? [])
				.some((one) => one !== person && !this.#rights.hasBlocked(person, one));
			mailbox.putEncoded(isMentioned ? withMention : plain);
		}
	}
}
