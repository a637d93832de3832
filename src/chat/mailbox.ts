/**
 * A Client's mailbox: gathers what one commit owes it, the room's stream and
 * what is for it alone in their one order, and hands it over in one parcel.
 * Where nothing is private that is the very parcel everyone else gets.
 *
 * Nothing stays in it after a commit; what cannot be sent waits, bounded, in
 * whatever carries the Client.
 */
import type { Notice } from "./notice.ts";
import { Envelope, Parcel } from "./parcel.ts";

export type OnMessage = (parcel: Parcel) => void;

export class Mailbox {
	readonly onMessage: OnMessage;
	readonly #tray: Set<Mailbox>;
	/** Of the room, while its reader is told what is said there. */
	#stream: readonly Envelope[] | undefined;
	#since = 0;
	#letters: { readonly at: number; readonly envelope: Envelope }[] = [];

	/** `tray` collects the mailboxes that hold private letters, for the bus. */
	constructor(tray: Set<Mailbox>, onMessage: OnMessage) {
		this.#tray = tray;
		this.onMessage = onMessage;
	}

	/** From here on the reader also gets what `stream` grows by. */
	join(stream: readonly Envelope[]): void {
		this.#stream = stream;
		this.#since = stream.length;
		this.#letters = this.#letters.map(({ envelope }) => ({
			at: stream.length,
			envelope,
		}));
	}

	/** From here on it gets nothing of any stream. */
	part(): void {
		this.#stream = undefined;
	}

	/** Something for this reader alone, after all that was said so far. */
	put(notice: Notice): void {
		// Acknowledgements are cumulative: only the last one of a commit counts.
		const latest = this.#letters.at(-1);
		if (notice.kind === "ack" && latest?.envelope.notice.kind === "ack")
			this.#letters.pop();
		this.hand(new Envelope(notice));
	}

	/** The same for what others get a copy of. */
	hand(envelope: Envelope): void {
		this.#letters.push({ at: this.#stream?.length ?? 0, envelope });
		this.#tray.add(this);
	}

	/** Hands everything over. `stream` is the room's as one parcel. */
	flush(stream: Parcel | undefined): void {
		const shared = this.#stream && stream;
		const letters = this.#letters;
		const since = this.#since;
		this.#since = 0;
		if (letters.length === 0 && since === 0) {
			if (shared) this.onMessage(shared);
			return;
		}
		this.#letters = [];
		const said = shared?.envelopes ?? [];
		const all: Envelope[] = [];
		let next = since;
		for (const { at, envelope } of letters) {
			all.push(...said.slice(next, at), envelope);
			next = Math.max(next, at);
		}
		all.push(...said.slice(next));
		if (all.length > 0) this.onMessage(new Parcel(all));
	}
}
