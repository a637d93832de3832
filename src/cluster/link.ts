/**
 * A connection between two nodes, over any stream of bytes. Each message is
 * sealed together with its number and with random bytes of both ends, so none
 * can be read, changed, repeated or left out on the way.
 */
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Seal } from "./seal.ts";

const SALT_BYTES = 16;
const LENGTH_BYTES = 4;
/** A batch is at most 128 KiB, unless one command fills more. */
const MOST_BYTES = 64 * 1024 * 1024;

export interface Hearing<Message> {
	/** `bytes` are those that were sent with it. */
	onMessage(message: Message, bytes: Buffer): void;
	/** Called once, when the link is over. */
	onClose(error: Error | undefined): void;
}

export class Link<Sent extends object, Heard> {
	readonly #socket: Duplex;
	readonly #seal: Seal;
	readonly #hearing: Hearing<Heard>;
	readonly #salt = randomBytes(SALT_BYTES);
	#peerSalt: Buffer | undefined;
	#sent = 0;
	#heard = 0;
	#unread = Buffer.alloc(0);
	/** What waits for the salt of the other end. */
	#early: Buffer[] = [];

	constructor(socket: Duplex, seal: Seal, hearing: Hearing<Heard>) {
		this.#socket = socket;
		this.#seal = seal;
		this.#hearing = hearing;
		let wrong: Error | undefined;
		socket.on("error", (error) => {
			wrong = error;
		});
		socket.once("close", () => hearing.onClose(wrong));
		socket.on("data", (chunk: Buffer) => {
			try {
				this.#read(chunk);
			} catch (error) {
				// The other end is to find out as well that it has another secret.
				socket.uncork();
				socket.destroy(error instanceof Error ? error : undefined);
			}
		});
		socket.write(this.#salt);
	}

	/** Bytes that the network has not taken yet. */
	get unsentBytes(): number {
		return this.#socket.writableLength;
	}

	/** Runs a task once the network has taken all that was sent, or the link is over. */
	onceDrained(task: () => void): void {
		const socket = this.#socket;
		const done = () => {
			socket.off("drain", done).off("close", done);
			task();
		};
		if (socket.writableNeedDrain)
			socket.once("drain", done).once("close", done);
		else task();
	}

	send(message: Sent, bytes: Uint8Array = Buffer.alloc(0)): void {
		if (this.#socket.destroyed) return;
		const json = Buffer.from(JSON.stringify(message));
		const plain = Buffer.concat([lengthOf(json), json, bytes]);
		if (this.#peerSalt) this.#write(plain, this.#peerSalt);
		else this.#early.push(plain);
	}

	/** Hears no more until it is resumed. */
	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	close(): void {
		this.#socket.destroy();
	}

	/** Closes once the network has taken all that was sent, and this. */
	end(last: Sent): void {
		this.send(last);
		this.#socket.end(() => this.#socket.destroy());
	}

	#write(plain: Buffer, peerSalt: Buffer): void {
		const sealed = this.#seal.seal(
			plain,
			about(this.#salt, peerSalt, this.#sent++),
		);
		// Everything of one turn is one write.
		if (this.#socket.writableCorked === 0) {
			this.#socket.cork();
			process.nextTick(() => this.#socket.uncork());
		}
		this.#socket.write(lengthOf(sealed));
		this.#socket.write(sealed);
	}

	#read(chunk: Buffer): void {
		this.#unread = Buffer.concat([this.#unread, chunk]);
		if (!this.#peerSalt) {
			if (this.#unread.length < SALT_BYTES) return;
			this.#peerSalt = this.#take(SALT_BYTES);
			for (const plain of this.#early) this.#write(plain, this.#peerSalt);
			this.#early = [];
		}
		while (this.#unread.length >= LENGTH_BYTES) {
			const length = this.#unread.readUInt32BE();
			if (length > MOST_BYTES) throw new Error("that is no message of a node");
			if (this.#unread.length < LENGTH_BYTES + length) return;
			this.#take(LENGTH_BYTES);
			this.#open(this.#take(length), this.#peerSalt);
		}
	}

	#open(sealed: Buffer, peerSalt: Buffer): void {
		const which = about(peerSalt, this.#salt, this.#heard++);
		const plain = this.#seal.open(sealed, which);
		const end = LENGTH_BYTES + plain.readUInt32BE();
		// Only a node of this server can have sealed it.
		const message: Heard = JSON.parse(
			plain.toString("utf8", LENGTH_BYTES, end),
		);
		this.#hearing.onMessage(message, plain.subarray(end));
	}

	#take(count: number): Buffer {
		const taken = this.#unread.subarray(0, count);
		this.#unread = this.#unread.subarray(count);
		return taken;
	}
}

const about = (from: Buffer, to: Buffer, number: number) =>
	`${from.toString("hex")} ${to.toString("hex")} ${number}`;

function lengthOf({ length }: Uint8Array): Buffer {
	const bytes = Buffer.alloc(LENGTH_BYTES);
	bytes.writeUInt32BE(length);
	return bytes;
}
