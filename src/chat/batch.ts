/**
 * What is sent to a Client at once. A message is encoded at most once for each
 * protocol, and a batch joined at most once. So what a commit brings a room is
 * one buffer, shared by everyone in it who uses the same protocol.
 */
import type { ServerMessage } from "./server-message.ts";

/** Encodes a message for one protocol: to no bytes, if the protocol has no such message. */
export interface Encoder {
	encode(message: ServerMessage): Buffer;
}

/** Caches the bytes of a message or a batch, for each protocol. */
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

export class EncodedMessage extends Encoded {
	readonly message: ServerMessage;

	constructor(message: ServerMessage) {
		super();
		this.message = message;
	}

	protected override encode(encoder: Encoder): Buffer {
		return encoder.encode(this.message);
	}
}

export class Batch extends Encoded {
	readonly encoded: readonly EncodedMessage[];

	constructor(encoded: readonly EncodedMessage[]) {
		super();
		this.encoded = encoded;
	}

	get messages(): readonly ServerMessage[] {
		return this.encoded.map(({ message }) => message);
	}

	protected override encode(encoder: Encoder): Buffer {
		const parts = this.encoded.map((encoded) => encoded.bytes(encoder));
		return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
	}
}
