/**
 * The lightest WebSocket client: it speaks to the socket itself and cuts frames
 * out of what arrives, so that thousands fit beside the server they load.
 * All are read into one buffer, which is free again when a read was looked at.
 *
 * It masks with zeroes, which RFC 6455 forbids to browsers but a test may do.
 */
import { connect, type Socket } from "node:net";

export interface RawClientOptions {
	readonly port: number;
	readonly host?: string;
	/** Where to come from, if the machine may choose another address. */
	readonly localAddress?: string;
	/** Where to connect to; `/connect` if nothing else is said. */
	readonly path?: string;
	/** As `Sec-WebSocket-Protocol`; none for a classic client. */
	readonly protocol?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Called with each text frame, while there is no `ear`. */
	readonly onText?: (text: string) => void;
}

/** Hears text frames where they lie: `bytes` is only theirs until the call returns. */
export interface Ear {
	/** Something has come; its frames follow. */
	chunk(): void;
	frame(bytes: Buffer, from: number, to: number): void;
}

const NOTHING = Buffer.alloc(0);
/** In the first byte of a frame: it ends its message. */
export const LAST = 0x80;

/** What a client must ask for to upgrade, beside a Host. */
export const UPGRADE = {
	Upgrade: "websocket",
	Connection: "Upgrade",
	"Sec-WebSocket-Version": "13",
	"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
};

/** A frame as a client sends it, masked with zeroes. */
export function maskedFrame(head: number, payload: Buffer): Buffer {
	const { length } = payload;
	const start = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
	start[0] = head;
	start[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
	if (length >= 65_536) start.writeBigUInt64BE(BigInt(length), 2);
	else if (length >= 126) start.writeUInt16BE(length, 2);
	return Buffer.concat([start, payload]);
}

/** The head of a plain request. */
export function requestHead(
	path: string,
	headers: Readonly<Record<string, string>>,
): string {
	const lines = Object.entries(headers);
	const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
	return `GET ${path} HTTP/1.1\r\n${text}\r\n`;
}

/** What every socket of this process is read into, one after another. */
const shared = Buffer.alloc(256 * 1024);

export class RawClient {
	readonly #socket: Socket;
	/** Called with each text frame, while there is no `ear`. */
	onText: (text: string) => void;
	/** Takes the place of `onText`. */
	ear: Ear | undefined;
	#rest: Buffer = NOTHING;
	/** The code of the close frame that came, or 1006 if the socket just ended. */
	readonly closed: Promise<number>;
	#closeCode = 1006;

	private constructor(socket: Socket, onText: (text: string) => void) {
		this.#socket = socket;
		this.onText = onText;
		this.closed = new Promise((resolve) => {
			socket.on("close", () => resolve(this.#closeCode));
		});
		socket.on("error", () => {});
	}

	/** Resolves when the upgrade was answered with 101; rejects with the status otherwise. */
	static connect(options: RawClientOptions): Promise<RawClient> {
		const { port, host = "127.0.0.1", path = "/connect" } = options;
		const { protocol, headers = {}, localAddress } = options;
		let take = (_chunk: Buffer) => {};
		const callback = (size: number) => {
			take(shared.subarray(0, size));
			return true;
		};
		const onread = { buffer: shared, callback };
		const socket = connect({ port, host, localAddress, onread });
		socket.setNoDelay(true);
		const asked = protocol && { "Sec-WebSocket-Protocol": protocol };
		const own = { Host: `${host}:${port}`, ...UPGRADE, ...asked };
		socket.write(requestHead(path, { ...own, ...headers }));
		return new Promise((resolve, reject) => {
			let head = Buffer.alloc(0);
			const fail = () => reject(new Error("the connection was refused"));
			socket.once("error", fail);
			socket.once("close", fail);
			take = (chunk) => {
				head = Buffer.concat([head, chunk]);
				const end = head.indexOf("\r\n\r\n");
				if (end < 0) return;
				socket.off("error", fail);
				socket.off("close", fail);
				const status = head.subarray(9, 12).toString();
				if (status !== "101") {
					socket.destroy();
					reject(new Error(status));
					return;
				}
				const client = new RawClient(socket, options.onText ?? (() => {}));
				take = (chunk) => client.#take(chunk);
				take(head.subarray(end + 4));
				resolve(client);
			};
		});
	}

	send(message: object): void {
		this.sendFrame(1, Buffer.from(JSON.stringify(message)));
	}

	/** Sends one frame with any opcode and payload, by default a whole message. */
	sendFrame(opcode: number, payload: Buffer, isLast = true): void {
		this.sendBytes(maskedFrame(opcode | (isLast ? LAST : 0), payload));
	}

	/** Sends bytes as they are, which need not be a frame. */
	sendBytes(bytes: Buffer): void {
		this.#socket.write(bytes);
	}

	/** Stops reading, as a peer does that hangs. */
	pause(): void {
		this.#socket.pause();
	}

	/** Drops the connection without a word. */
	drop(): void {
		this.#socket.destroy();
	}

	#take(chunk: Buffer): void {
		this.ear?.chunk();
		const bytes =
			this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
		let at = 0;
		while (bytes.length - at >= 2) {
			const short = (bytes[at + 1] ?? 0) & 0x7f;
			const head = short < 126 ? 2 : short === 126 ? 4 : 10;
			if (bytes.length - at < head) break;
			const length =
				short < 126
					? short
					: short === 126
						? bytes.readUInt16BE(at + 2)
						: Number(bytes.readBigUInt64BE(at + 2));
			const end = at + head + length;
			if (bytes.length < end) break;
			const opcode = (bytes[at] ?? 0) & 0x0f;
			if (this.ear && opcode === 1) this.ear.frame(bytes, at + head, end);
			else this.#frame(opcode, bytes.subarray(at + head, end));
			at = end;
		}
		this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING;
	}

	#frame(opcode: number, payload: Buffer): void {
		if (opcode === 1) this.onText(payload.toString());
		else if (opcode === 9) this.sendFrame(10, payload);
		else if (opcode === 8) {
			this.#closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
			this.#socket.end();
		}
	}
}
