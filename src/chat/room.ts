/**
 * A Room is the Clients who talk to each other: it broadcasts, and remembers
 * the latest of what was said. It holds only what is committed; who may enter
 * is decided by the room machine, before.
 *
 * The host hears each item first, so that what it says to a newcomer stands
 * before the line that tells everyone of them.
 */
import type { ClientId } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Client } from "./client.ts";
import { Envelope, Parcel } from "./parcel.ts";

/** For each message kept, so many lines of coming and going may be kept with it. */
const LINES_PER_MESSAGE = 3;

export class Room {
	readonly name: string;
	readonly members = new Map<ClientId, Client>();
	readonly #host: Client;
	readonly #keep: number;
	readonly #stream: Envelope[] = [];
	#history: Item[] = [];
	#said = 0;

	/** `keep` is how many messages whoever enters is shown. */
	constructor(name: string, keep: number, host: Client) {
		this.name = name;
		this.#keep = keep;
		this.#host = host;
		host.room = this;
	}

	get history(): readonly Item[] {
		return this.#history;
	}

	enter(client: Client): void {
		this.members.set(client.id, client);
		client.room = this;
		client.mailbox.join(this.#stream);
	}

	leave(id: ClientId): void {
		const client = this.members.get(id);
		if (!client) return;
		this.members.delete(id);
		client.room = undefined;
		client.mailbox.flush(new Parcel([...this.#stream]));
		client.mailbox.join([]);
	}

	/** Makes an item visible to everyone, as soon as the bus delivers. */
	broadcast(item: Item): void {
		this.remember(item);
		const envelope = new Envelope(item);
		this.#host.onMessage(new Parcel([envelope]));
		this.#stream.push(envelope);
	}

	/** The host says something to one member alone. */
	whisper(to: Client, text: string): void {
		to.mailbox.put({ kind: "whisper", name: this.#host.user.name, text });
	}

	/** Adds to the history without telling anyone: start-up reads it from the log. */
	remember(item: Item): void {
		this.#history.push(item);
		if (item.kind === "said") this.#said++;
		while (
			this.#said > this.#keep ||
			this.#history.length > this.#keep * LINES_PER_MESSAGE
		)
			if (this.#history.shift()?.kind === "said") this.#said--;
	}

	/** Delivers the stream, one parcel shared by all members. */
	deliver(): void {
		if (this.#stream.length === 0) return;
		const shared = new Parcel([...this.#stream]);
		this.#stream.length = 0;
		for (const client of this.members.values()) client.mailbox.flush(shared);
	}
}
