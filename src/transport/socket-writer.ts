/**
 * A connection's WebSocket. Frames come encoded and shared, so they are
 * written to the network socket past `ws`. That is sound because compression
 * is off: `ws` then writes its own pings and close frames at once, never from
 * a queue of its own.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Wire } from "./websocket.ts";

const NOTHING = Buffer.alloc(0);

export class SocketWriter implements Wire {
	readonly #webSocket: WebSocket;
	readonly #socket: Duplex;

	constructor(webSocket: WebSocket, socket: Duplex) {
		this.#webSocket = webSocket;
		this.#socket = socket;
	}

	get #isOpen(): boolean {
		return this.#webSocket.readyState === this.#webSocket.OPEN;
	}

	get unsentBytes(): number {
		return this.#socket.writableLength;
	}

	send(bytes: Buffer): void {
		if (this.#isOpen) this.#socket.write(bytes);
	}

	whenDrained(task: () => void): void {
		if (this.#isOpen) this.#socket.write(NOTHING, () => setImmediate(task));
	}

	ping(): void {
		this.#webSocket.ping();
	}

	close(code: number, reason: string): void {
		this.#webSocket.close(code, reason);
	}

	terminate(): void {
		this.#webSocket.terminate();
	}
}
