/**
 * The writing side of a connection's WebSocket. Frames are encoded once and
 * shared, so they are written to the network socket past `ws`. That is sound
 * because compression is off: `ws` then writes its own pings and close frames
 * at once, never from a queue of its own.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Encoder } from "../chat/batch.ts";
import type { Dialect } from "./dialect.ts";

const NOTHING = Buffer.alloc(0);
const FINAL_TEXT = 0x81;

/** What a transport needs of its socket. */
export type Writer = Pick<SocketWriter, keyof SocketWriter>;

export class SocketWriter {
	readonly #webSocket: WebSocket;
	readonly #socket: Duplex;

	constructor(webSocket: WebSocket, socket: Duplex) {
		this.#webSocket = webSocket;
		this.#socket = socket;
	}

	get #isOpen(): boolean {
		return this.#webSocket.readyState === this.#webSocket.OPEN;
	}

	/** Bytes that were sent and not yet taken by the network. */
	get unsentBytes(): number {
		return this.#socket.writableLength;
	}

	/** Writes whole frames. */
	send(frames: Buffer): void {
		if (this.#isOpen) this.#socket.write(frames);
	}

	/** Runs a task, in a later turn, when the network has taken all that was sent so far. */
	whenDrained(task: () => void): void {
		if (this.#isOpen) this.#socket.write(NOTHING, () => setImmediate(task));
	}

	ping(): void {
		this.#webSocket.ping();
	}

	/** Says why, then closes. */
	close(code: number, reason: string): void {
		this.#webSocket.close(code, reason);
	}

	/** Closes at once, without a close frame. */
	terminate(): void {
		this.#webSocket.terminate();
	}
}

/** A dialect over WebSockets. Batches cache their bytes by this object, so everyone who speaks the dialect must share it. */
export interface WebSocketDialect extends Encoder, Pick<Dialect, "parse"> {}

export const overWebSocket = (dialect: Dialect): WebSocketDialect => ({
	parse: dialect.parse,
	encode: (message) => textFrames(dialect.encode(message)),
});

/** Unmasked text frames, as a server sends them (RFC 6455 §5.2), in one buffer. */
function textFrames(texts: readonly string[]): Buffer {
	let total = 0;
	for (const text of texts) {
		const size = Buffer.byteLength(text);
		total += headerSize(size) + size;
	}
	const bytes = Buffer.allocUnsafe(total);
	let at = 0;
	for (const text of texts) {
		const size = Buffer.byteLength(text);
		const header = headerSize(size);
		bytes[at] = FINAL_TEXT;
		bytes[at + 1] = header === 2 ? size : header === 4 ? 126 : 127;
		if (header === 4) bytes.writeUInt16BE(size, at + 2);
		if (header === 10) bytes.writeBigUInt64BE(BigInt(size), at + 2);
		at += header + bytes.write(text, at + header);
	}
	return bytes;
}

const headerSize = (size: number) => (size < 126 ? 2 : size < 65_536 ? 4 : 10);
