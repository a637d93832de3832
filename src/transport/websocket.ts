/**
 * A Client's transport over a WebSocket: what comes is parsed into commands,
 * what the engine has for the Client is written. It bounds how much may be
 * unsent, how long a stranger may take to say hello, and how long a peer may
 * be silent.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ClientLeft } from "../../machines/events.ts";
import { CloseCode, type CloseReason } from "../../machines/message.ts";
import type { Batch, Encoder } from "../chat/batch.ts";
import type { Clock } from "../clock.ts";
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import type { Limits } from "../limits.ts";
import type { Dialect } from "./dialect.ts";

const NO_BYTES = Buffer.alloc(0);
const FINAL_TEXT = 0x81;
const NOTHING = () => {};

export interface TransportParts {
	readonly writer: Writer;
	readonly dialect: WebSocketDialect;
	readonly engine: Engine;
	/** The networks of the client's address, the narrowest first. */
	readonly networks: readonly string[];
	readonly clock: Clock;
	readonly limits: Limits;
	/** From 0 to 1: the share of the first ping interval that is skipped, so that connections opened together are not pinged together. */
	readonly pingPhase: number;
	/** Called when a code is on its way, of which there are few, and when the login succeeded. */
	readonly onKnown: () => void;
}

/** What a close frame has room for beside its code (RFC 6455 §5.5). */
const CLOSE_BYTES = 123;

/** The beginning of a text that takes at most so many bytes. */
function within(bytes: number, text: string): string {
	let end = text.length;
	while (Buffer.byteLength(text.slice(0, end)) > bytes) end--;
	return text
		.slice(0, end)
		.toWellFormed()
		.replace(/\ufffd$/, "");
}

export class WebSocketTransport {
	readonly #parts: TransportParts;
	readonly #connection: Connection;
	#cancelDeadline: () => void;
	#loggedIn = false;
	#lastActivity: number;
	#lastPing: number;

	constructor(parts: TransportParts) {
		this.#parts = parts;
		const { engine, networks, clock, limits, pingPhase } = parts;
		this.#lastActivity = clock.now();
		this.#lastPing = clock.now() - pingPhase * limits.pingSeconds * 1000;
		this.#connection = engine.connect(networks, {
			onMessage: (batch) => this.#deliver(batch),
			onEnd: (reason, words) =>
				this.close(reason, reason === "policy" ? "refused" : "closed", words),
			whenDrained: (task) => this.#whenDrained(task),
		});
		this.#cancelDeadline = this.#expectHello(limits.helloSeconds);
	}

	/** Whether frames that still arrive are ignored: we have closed it, or know that it is closed. */
	get isOver(): boolean {
		return this.#connection.gone;
	}

	/** Call when a text frame has arrived. */
	receive(text: string): void {
		const { engine, dialect, limits } = this.#parts;
		this.onActivity();
		const parsed = dialect.parse(text, limits);
		if ("command" in parsed) engine.receive(this.#connection, parsed.command);
		else engine.misunderstand(this.#connection, parsed);
	}

	/** Call when any frame has arrived: the peer is there. */
	onActivity(): void {
		this.#lastActivity = this.#parts.clock.now();
	}

	/** Called about once a second: pings when due, and drops a peer that does not answer. */
	checkHeartbeat(): void {
		const { clock, limits, writer } = this.#parts;
		const now = clock.now();
		if (now - this.#lastActivity >= silenceMs(limits)) {
			this.closed("silent");
			writer.terminate();
		} else if (now - this.#lastPing >= limits.pingSeconds * 1000) {
			this.#lastPing = now;
			writer.ping();
		}
	}

	/** Closes the connection from our side, and says why. */
	close(reason: CloseReason, why: ClientLeft["why"], words?: string): void {
		const { code, says } = CloseCode[reason];
		this.closed(why);
		this.#parts.writer.close(code, words ? within(CLOSE_BYTES, words) : says);
	}

	/** Call when the socket is closed, or as good as closed. */
	closed(why: ClientLeft["why"]): void {
		this.#cancelDeadline();
		this.#parts.engine.disconnect(this.#connection, why);
	}

	#deliver(batch: Batch): void {
		if (this.#connection.gone) return;
		const { writer, dialect, limits, onKnown } = this.#parts;
		const bytes = batch.bytes(dialect);
		const unsent = writer.unsentBytes;
		if (unsent > 0 && unsent + bytes.length > limits.mailboxBytes) {
			this.close("tooSlow", "tooSlow");
			return;
		}
		if (bytes.length > 0) writer.send(bytes);
		if (this.#loggedIn) return;
		const brings = (wanted: string) =>
			batch.messages.some(({ kind }) => kind === wanted);
		if (brings("pending")) onKnown();
		if (brings("welcome")) {
			this.#loggedIn = true;
			this.#cancelDeadline();
			// Frees the timer that the old function refers to.
			this.#cancelDeadline = NOTHING;
			onKnown();
		}
	}

	/** A client that must drain before it gets more has as long as a silent one. */
	#whenDrained(task: () => void): void {
		const { writer, clock, limits } = this.#parts;
		const cancel = clock.after(silenceMs(limits), () => {
			if (!this.#connection.gone) this.close("tooSlow", "tooSlow");
		});
		writer.whenDrained(() => {
			cancel();
			task();
		});
	}

	/** A stranger has a short time to say hello, and after a failed login as long as a code lives. */
	#expectHello(seconds: number): () => void {
		const { clock, engine, limits } = this.#parts;
		return clock.after(seconds * 1000, () => {
			if (engine.phase(this.#connection) === "stranger")
				this.close("silent", "silent");
			else this.#cancelDeadline = this.#expectHello(limits.codeSeconds + 60);
		});
	}
}

/** How long a peer may be silent: a ping interval, and the time to answer the ping. */
const silenceMs = ({ pingSeconds, pongSeconds }: Limits) =>
	(pingSeconds + pongSeconds) * 1000;

/** What a transport needs of its socket. */
export type Writer = Pick<SocketWriter, keyof SocketWriter>;

/**
 * Frames are encoded once and shared, so they are written to the network
 * socket past `ws`. That is sound because compression is off: `ws` then writes
 * its own pings and close frames at once, never from a queue of its own.
 */
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
		if (this.#isOpen) this.#socket.write(NO_BYTES, () => setImmediate(task));
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
