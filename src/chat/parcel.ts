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

/** Made into bytes at most once for each protocol. */
abstract class Encoded {
	readonly #encoded = new Map<Encoder, Buffer>();

	bytes(encoder: Encoder): Buffer {
		let bytes = this.#encoded.get(encoder);
		if (!bytes) {
			bytes = this.encode(encoder);
			this.#encoded.set(encoder, bytes);
		}
		return bytes;
	}

	protected abstract encode(encoder: Encoder): Buffer;
}

export class Envelope extends Encoded {
	readonly notice: Notice;

	constructor(notice: Notice) {
		super();
		this.notice = notice;
	}

	protected override encode(encoder: Encoder): Buffer {
		return encoder.encode(this.notice);
	}
}

export class Parcel extends Encoded {
	readonly envelopes: readonly Envelope[];

	constructor(envelopes: readonly Envelope[]) {
		super();
		this.envelopes = envelopes;
	}

	get notices(): readonly Notice[] {
		return this.envelopes.map(({ notice }) => notice);
	}

	protected override encode(encoder: Encoder): Buffer {
		const parts = this.envelopes.map((envelope) => envelope.bytes(encoder));
		return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
	}
}
