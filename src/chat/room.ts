/**
 * A Room is the Clients who talk to each other, and what they said lately. It
 * holds only what is committed; the room machine decides who may enter.
 *
 * The room's host, a bot, hears each item first, so that what it says to a
 * newcomer comes before the line that tells everyone of them.
 */
import type { ClientId } from "../../machines/events.ts";
import type { Item, Said } from "../../machines/message.ts";
import { Batch, EncodedMessage } from "./batch.ts";
import type { Client } from "./client.ts";
import { type Elsewhere, type Members, Presence } from "./presence.ts";
import type { RecentItems } from "./recent-items.ts";
import type { ServerMessage } from "./server-message.ts";

interface RoomParts {
	readonly name: string;
	readonly recent: RecentItems;
	readonly host: Client;
	/** Rooms that have something to deliver. */
	readonly dirty: Set<Room>;
}

export class Room {
	readonly name: string;
	readonly recent: RecentItems;
	/** The attached clients: all members except those whose connection is lost. */
	readonly attached = new Map<ClientId, Client>();
	readonly presence: Presence;
	/** After so many hours what is said is deleted, if ever. */
	retentionHours: number | undefined;
	/** The title of a private room, and the topic of any: undefined if it was not read yet, empty if there is none. */
	titled: string | undefined;
	topic: string | undefined;
	readonly #host: Client;
	readonly #dirty: Set<Room>;
	/** Messages for everyone that are to be delivered. */
	readonly #stream: EncodedMessage[] = [];
	/** Clients that were not sent the list of members yet. */
	readonly #newcomers = new Set<Client>();

	constructor({ name, recent, host, dirty }: RoomParts) {
		this.name = name;
		this.recent = recent;
		this.presence = new Presence(name);
		this.#host = host;
		this.#dirty = dirty;
		host.room = this;
	}

	/** Puts a client into the room. It must catch up before it gets the stream. */
	attach(client: Client): void {
		this.attached.set(client.id, client);
		this.presence.settle(client.id);
		client.room = this;
	}

	/** Gives a client the stream from now on. */
	join(client: Client): void {
		client.mailbox.join(this.#stream);
		this.#newcomers.add(client);
	}

	/** Takes a client out of the room. It still gets what is in the stream by now. */
	detach(id: ClientId): void {
		const client = this.attached.get(id);
		if (!client) return;
		this.presence.lose(id);
		this.attached.delete(id);
		this.#newcomers.delete(client);
		client.room = undefined;
		client.mailbox.flush(new Batch([...this.#stream]));
		client.mailbox.leave();
	}

	/** Remembers an item, and queues it for everyone. */
	broadcast(item: Item): void {
		this.recent.remember(item);
		this.tellHost(item);
		const isReply = item.kind === "said" && item.replyTo !== undefined;
		this.#publish(isReply ? this.#addressed(item) : item);
	}

	/** A reply, with the name of the one whom it answers if that is at hand: a client may know nothing of replies. */
	#addressed(reply: Said): ServerMessage {
		const answers = this.recent.itemAt(reply.replyTo ?? 0)?.name;
		return answers ? { answers, ...reply } : reply;
	}

	/** Lets the host hear an item. It hears an entry again if the client was not attached the first time. */
	tellHost(item: Item): void {
		this.#host.mailbox.onMessage(new Batch([new EncodedMessage(item)]));
	}

	/** Sends one client alone a line from the host. */
	whisper(to: Client, text: string): void {
		to.mailbox.put({ kind: "aside", name: this.#host.user.name, text });
	}

	/** Queues what has changed for everyone, and the list of `members` for newcomers. */
	publishPresence(members: Members, now: number, elsewhere: Elsewhere): void {
		for (const change of this.presence.changes(members, now, elsewhere))
			this.#publish(change);
		if (this.#newcomers.size === 0) return;
		const list = new EncodedMessage(this.presence.list(members));
		for (const { mailbox } of this.#newcomers) mailbox.putEncoded(list);
		this.#newcomers.clear();
	}

	/** Delivers the stream: everyone gets the same batch. */
	deliver(): void {
		if (this.#stream.length === 0) return;
		const shared = new Batch([...this.#stream]);
		this.#stream.length = 0;
		for (const { mailbox } of this.attached.values()) mailbox.flush(shared);
	}

	#publish(message: ServerMessage): void {
		this.#stream.push(new EncodedMessage(message));
		this.#dirty.add(this);
	}
}
