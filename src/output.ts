/**
 * Lines for the operator on stdout: the operational log, and login codes in
 * development. Writing them never holds the server up and never ends it. What
 * a reader does not take, or a full disk, is dropped and counted, and the
 * count is told as soon as a line goes through again.
 */
import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { isatty } from "node:tty";

const MOST_UNREAD_BYTES = 64 * 1024;

/** What lines are written to; `put` may only be called while it is ready. */
interface Sink {
	isReady(): boolean;
	put(text: string): void;
	/** Bytes that nobody has taken yet. */
	unread(): number;
}

export interface OutputParts {
	readonly fd: number;
	/** Lines were dropped, and the next will go through. */
	readonly onDropped: (count: number) => void;
}

export class Output {
	readonly #sink: Sink;
	readonly #onDropped: OutputParts["onDropped"];
	#dropped = 0;

	constructor({ fd, onDropped }: OutputParts) {
		this.#onDropped = onDropped;
		this.#sink = sinkFor(fd, () => this.#tellDropped());
	}

	/** Takes whole lines. */
	write(text: string): void {
		this.#tellDropped();
		if (this.#sink.isReady()) this.#sink.put(text);
		else this.#dropped++;
	}

	/** Resolves when everything was taken, after a second at the latest. */
	async drained(): Promise<void> {
		const latest = performance.now() + 1000;
		while (this.#sink.unread() > 0 && performance.now() < latest)
			await new Promise((resolve) => setTimeout(resolve, 10));
	}

	#tellDropped(): void {
		const count = this.#dropped;
		if (count === 0 || !this.#sink.isReady()) return;
		this.#dropped = 0;
		this.#onDropped(count);
	}
}

function sinkFor(fd: number, onDrain: () => void): Sink {
	if (isatty(fd)) return fileSink(ownTerminal(fd));
	const stat = fstatSync(fd);
	return stat.isFIFO() || stat.isSocket()
		? pipeSink(fd, onDrain)
		: fileSink(fd);
}

/** The event loop waits for the reader, in the kernel's time and never in ours. */
function pipeSink(fd: number, onDrain: () => void): Sink {
	const socket = new Socket({ fd, readable: false, writable: true });
	// Nobody reads any more, and nobody can be told.
	socket.on("error", () => {});
	socket.on("drain", onDrain);
	const unread = () => (socket.destroyed ? 0 : socket.writableLength);
	return {
		isReady: () => socket.writable && unread() < MOST_UNREAD_BYTES,
		put: (text) => socket.write(text),
		unread,
	};
}

/** A file, a device or a terminal. What it does not take now goes before the next line, so that no line is torn. */
function fileSink(fd: number): Sink {
	let rest: Uint8Array = Buffer.alloc(0);
	function isReady() {
		try {
			while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
			return true;
		} catch {
			return false;
		}
	}
	return {
		isReady,
		put(text) {
			rest = Buffer.from(text);
			isReady();
		},
		unread: () => (isReady() ? 0 : rest.length),
	};
}

/** The terminal opened anew, so that it does not block while someone has stopped it with Ctrl+S. */
function ownTerminal(fd: number): number {
	try {
		const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
		return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
	} catch {
		return fd;
	}
}
