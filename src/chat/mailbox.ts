/**
 * A Client's mailbox: collects what one commit brings it, the room's stream
 * and its direct messages in one order, and passes it on as one batch. Without
 * direct messages that is the same batch that everyone else gets.
 *
 * It is empty after each commit. What cannot be sent yet waits in the
 * transport, which bounds it.
 */
import { Batch, EncodedMessage } from "./batch.ts";
import type { ServerMessage } from "./server-message.ts";

export type OnMessage = (batch: Batch) => void;

export class Mailbox {
	readonly onMessage: OnMessage;
	readonly #dirty: Set<Mailbox>;
	/** The room's stream, after `join`. */
	#stream: readonly EncodedMessage[] | undefined;
	/** The index in the stream at which this reader joined. */
	#since = 0;
	#direct: { readonly at: number; readonly encoded: EncodedMessage }[] = [];

	/** `dirty` collects the mailboxes that hold direct messages. */
	constructor(dirty: Set<Mailbox>, onMessage: OnMessage) {
		this.#dirty = dirty;
		this.onMessage = onMessage;
	}

	/** From now on the reader also gets what is added to `stream`. */
	join(stream: readonly EncodedMessage[]): void {
		this.#stream = stream;
		this.#since = stream.length;
		this.#direct = this.#direct.map(({ encoded }) => ({
			at: stream.length,
			encoded,
		}));
	}

	/** The reader leaves the stream. */
	leave(): void {
		this.#stream = undefined;
	}

	/** Adds a direct message, after what is in the stream so far. */
	put(message: ServerMessage): void {
		// Acknowledgements are cumulative: only the last one of a commit counts.
		const latest = this.#direct.at(-1);
		if (message.kind === "ack" && latest?.encoded.message.kind === "ack")
			this.#direct.pop();
		this.putEncoded(new EncodedMessage(message));
	}

	/** Adds a direct message that others get too, so that it is encoded once. */
	putEncoded(encoded: EncodedMessage): void {
		this.#direct.push({ at: this.#stream?.length ?? 0, encoded });
		this.#dirty.add(this);
	}

	/** Passes everything on. `stream` is the room's, as one batch. */
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
		const streamed = shared?.encoded ?? [];
		const all: EncodedMessage[] = [];
		let next = since;
		for (const { at, encoded } of direct) {
			all.push(...streamed.slice(next, at), encoded);
			next = Math.max(next, at);
		}
		all.push(...streamed.slice(next));
		if (all.length > 0) this.onMessage(new Batch(all));
	}
}
