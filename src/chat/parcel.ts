/**
 * What is handed to a Client at once. An Envelope is encoded at most once for
 * each protocol, a Parcel joined at most once: so all that a commit owes a
 * room is one buffer, shared by everyone in it who speaks the same protocol.
 */
import type { Notice } from "./notice.ts";

/** A protocol's way to put a notice into bytes; none at all if it does not speak of such things. */
export interface Encoder {
	encode(notice: Notice): Buffer;
}

const NOTHING = Buffer.alloc(0);

export class Envelope {
	readonly notice: Notice;
	readonly #encoded = new Map<Encoder, Buffer>();

	constructor(notice: Notice) {
		this.notice = notice;
	}

	bytes(encoder: Encoder): Buffer {
		let bytes = this.#encoded.get(encoder);
		if (!bytes) {
			bytes = encoder.encode(this.notice);
			this.#encoded.set(encoder, bytes);
		}
		return bytes;
	}
}

export class Parcel {
	readonly envelopes: readonly Envelope[];
	readonly #encoded = new Map<Encoder, Buffer>();
	/** The encoder that was asked for last, which is mostly the one that is asked for next. */
	#encoder: Encoder | undefined;
	#bytes: Buffer = NOTHING;

	constructor(envelopes: readonly Envelope[]) {
		this.envelopes = envelopes;
	}

	get notices(): readonly Notice[] {
		return this.envelopes.map(({ notice }) => notice);
	}

	bytes(encoder: Encoder): Buffer {
		if (encoder === this.#encoder) return this.#bytes;
		let bytes = this.#encoded.get(encoder);
		if (!bytes) {
			const parts = this.envelopes.map((envelope) => envelope.bytes(encoder));
			bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
			this.#encoded.set(encoder, bytes);
		}
		this.#encoder = encoder;
		this.#bytes = bytes;
		return bytes;
	}
}
