/**
 * A Client's mailbox: gathers what one commit owes it, the room's stream and
 * what is for it alone in their one order, and hands it over in one parcel.
 * Where nothing is private that is the very parcel everyone else gets.
 *
 * Nothing stays in it after a commit; what cannot be sent waits, bounded, in
 * whatever carries the Client.
 */

import { Batch, EncodedMessage } from "./batch.ts";
import type { ServerMessage } from "./server-message.ts";

export type OnMessage = (batch: Batch) => void;

export class Mailbox {
	readonly onMessage: OnMessage;
	readonly #dirty: Set<Mailbox>;
	/** Of the room, while its reader is told what is said there. */
	#stream: readonly EncodedMessage[] | undefined;
	#since = 0;
	#direct: { readonly at: number; readonly encoded: EncodedMessage }[] = [];

	/** `tray` collects the mailboxes that hold private letters, for the bus. */
	constructor(dirty: Set<Mailbox>, onMessage: OnMessage) {
		this.#dirty = dirty;
		this.onMessage = onMessage;
	}

	/** From here on the reader also gets what `stream` grows by. */
	join(stream: readonly EncodedMessage[]): void {
		this.#stream = stream;
		this.#since = stream.length;
		this.#direct = this.#direct.map(({ encoded }) => ({
			at: stream.length,
			encoded,
		}));
	}

	/** From here on it gets nothing of any stream. */
	part(): void {
		this.#stream = undefined;
	}

	/** Something for this reader alone, after all that was said so far. */
	put(message: ServerMessage): void {
		// Acknowledgements are cumulative: only the last one of a commit counts.
		const latest = this.#direct.at(-1);
		if (message.kind === "ack" && latest?.encoded.message.kind === "ack")
			this.#direct.pop();
		this.hand(new EncodedMessage(message));
	}

	/** The same for what others get a copy of. */
	hand(encoded: EncodedMessage): void {
		this.#direct.push({ at: this.#stream?.length ?? 0, encoded });
		this.#dirty.add(this);
	}

	/** Hands everything over. `stream` is the room's as one parcel. */
	flush(stream: Batch | undefined): void {
		const shared = this.#stream && stream;
		const direct = this.#direct;
		const since = this.#since;
		this.#since = 0;
		if (direct.length === 0 && since === 0) {
			if (shared) this.onMessage(shared);
			return;
		}
		this.#direct = [];
		const said = shared?.encoded ?? [];
		const all: EncodedMessage[] = [];
		let next = since;
		for (const { at, encoded } of direct) {
			all.push(...said.slice(next, at), encoded);
			next = Math.max(next, at);
		}
		all.push(...said.slice(next));
		if (all.length > 0) this.onMessage(new Batch(all));
	}
}
