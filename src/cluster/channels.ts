/**
 * Connections between two nodes over a bus that only carries messages. What
 * passes is in order, or a message is lost: then the link over it, which
 * numbers what it seals, finds that out and closes.
 */
import { randomBytes } from "node:crypto";
import { Duplex } from "node:stream";

const ID_BYTES = 12;
/** Less than the largest message of the bus. */
const CHUNK_BYTES = 512 * 1024;
const NO_BYTES = new Uint8Array();

const Kind = { open: 0, data: 1, close: 2 } as const;

type Send = (node: string, bytes: Uint8Array) => void;

export class Channels {
	readonly #send: Send;
	readonly #node: string;
	readonly #accept: (socket: Duplex) => void;
	readonly #open = new Map<string, Duplex>();

	/** `accept` is called with each connection that another node opens. */
	constructor(send: Send, node: string, accept: (socket: Duplex) => void) {
		this.#send = send;
		this.#node = node;
		this.#accept = accept;
	}

	/** Opens a connection. If that node is not there, nothing ever comes. */
	dial(to: string): Duplex {
		const id = randomBytes(ID_BYTES);
		this.#tell(to, id, Kind.open, Buffer.from(this.#node));
		return this.#channel(id, to);
	}

	/** Call with each message to this node. */
	hear(bytes: Uint8Array): void {
		const message = Buffer.from(bytes);
		const id = message.subarray(0, ID_BYTES);
		const kind = message[ID_BYTES];
		const payload = message.subarray(ID_BYTES + 1);
		const channel = this.#open.get(id.toString("hex"));
		if (kind === Kind.open) this.#accept(this.#channel(id, `${payload}`));
		else if (kind === Kind.data) channel?.push(payload);
		else channel?.destroy();
	}

	closeAll(): void {
		for (const channel of this.#open.values()) channel.destroy();
	}

	#channel(id: Buffer, peer: string): Duplex {
		const key = id.toString("hex");
		const channel = new Duplex({
			read() {},
			write: (chunk: Buffer, _encoding, done) => {
				for (let at = 0; at < chunk.length; at += CHUNK_BYTES)
					this.#tell(peer, id, Kind.data, chunk.subarray(at, at + CHUNK_BYTES));
				done();
			},
			destroy: (error, done) => {
				if (this.#open.delete(key)) this.#tell(peer, id, Kind.close);
				done(error);
			},
		});
		this.#open.set(key, channel);
		return channel;
	}

	#tell(
		to: string,
		id: Buffer,
		kind: number,
		payload: Uint8Array = NO_BYTES,
	): void {
		this.#send(to, Buffer.concat([id, Buffer.from([kind]), payload]));
	}
}
