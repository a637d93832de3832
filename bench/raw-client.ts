/**
 * The lightest WebSocket client that can be trusted to count: it speaks to
 * the socket itself, cuts frames out of what arrives, and keeps a running
 * hash of them, so that two hundred of them fit beside the server they load.
 *
 * It masks with zeroes, which RFC 6455 forbids to browsers but a test may do.
 */
import { createHash, type Hash } from "node:crypto";
import { connect, type Socket } from "node:net";

export interface RawClientOptions {
	readonly port: number;
	readonly host?: string;
	/** As `Sec-WebSocket-Protocol`; none for a classic client. */
	readonly protocol?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Called with each text frame, until `count` is used instead. */
	readonly onText?: (text: string) => void;
}

export class RawClient {
	readonly #socket: Socket;
	/** Called with each text frame, until `count` is used instead. */
	onText: (text: string) => void;
	#rest: Buffer = Buffer.alloc(0);
	#order: Hash | undefined;
	/** Frames since `count` was called. */
	frames = 0;
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
		socket.on("data", (chunk) => this.#take(chunk));
	}

	/** Resolves when the upgrade was answered with 101; rejects with the status otherwise. */
	static connect(options: RawClientOptions): Promise<RawClient> {
		const { port, host = "127.0.0.1", protocol, headers = {} } = options;
		const socket = connect(port, host);
		socket.setNoDelay(true);
		const lines = [
			"GET /connect HTTP/1.1",
			`Host: ${host}:${port}`,
			"Upgrade: websocket",
			"Connection: Upgrade",
			"Sec-WebSocket-Version: 13",
			"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
			...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
			...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
		];
		socket.write(`${lines.join("\r\n")}\r\n\r\n`);
		return new Promise((resolve, reject) => {
			let head = Buffer.alloc(0);
			const fail = () => reject(new Error("the connection was refused"));
			socket.once("error", fail);
			socket.once("close", fail);
			socket.on("data", function onHead(chunk: Buffer) {
				head = Buffer.concat([head, chunk]);
				const end = head.indexOf("\r\n\r\n");
				if (end < 0) return;
				socket.off("data", onHead);
				socket.off("error", fail);
				socket.off("close", fail);
				const status = head.subarray(9, 12).toString();
				if (status !== "101") {
					socket.destroy();
					reject(new Error(status));
					return;
				}
				const client = new RawClient(socket, options.onText ?? (() => {}));
				client.#take(head.subarray(end + 4));
				resolve(client);
			});
		});
	}

	send(message: object): void {
		this.sendFrame(1, Buffer.from(JSON.stringify(message)));
	}

	/** Sends one frame with any opcode and payload. */
	sendFrame(opcode: number, payload: Buffer): void {
		const { length } = payload;
		const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
		head[0] = 0x80 | opcode;
		if (length < 126) head[1] = 0x80 | length;
		else if (length < 65_536) {
			head[1] = 0xfe;
			head.writeUInt16BE(length, 2);
		} else {
			head[1] = 0xff;
			head.writeBigUInt64BE(BigInt(length), 2);
		}
		this.#socket.write(Buffer.concat([head, payload]));
	}

	/** From here on frames are only counted and hashed in their order. */
	count(): void {
		this.#order = createHash("md5");
		this.frames = 0;
	}

	/** The hash of all frames since `count`: equal for two who saw the same in the same order. */
	order(): string {
		return this.#order?.copy().digest("hex") ?? "";
	}

	/** Stops reading, as a peer does that hangs. */
	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	/** Drops the connection without a word. */
	drop(): void {
		this.#socket.destroy();
	}

	#take(chunk: Buffer): void {
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
			this.#frame((bytes[at] ?? 0) & 0x0f, bytes.subarray(at + head, end));
			at = end;
		}
		this.#rest = bytes.subarray(at);
	}

	#frame(opcode: number, payload: Buffer): void {
		if (opcode === 1) {
			this.frames++;
			if (this.#order) this.#order.update(payload);
			else this.onText(payload.toString());
		} else if (opcode === 9) this.sendFrame(10, payload);
		else if (opcode === 8) {
			this.#closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
			this.#socket.end();
		}
	}
}
