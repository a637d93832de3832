/**
 * Lines for the operator on stdout: the operational log, and login codes in
 * development. Writing never blocks the server and never ends it. Lines that a
 * slow reader or a full disk does not accept are dropped and counted, and the
 * count is reported as soon as a line goes through again.
 */
import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { isatty } from "node:tty";

const MOST_UNWRITTEN_BYTES = 64 * 1024;

/** Where lines are written; call `put` only while it is ready. */
interface Sink {
	isReady(): boolean;
	put(text: string): void;
	/** Bytes that were put and are still to be written. */
	unwritten(): number;
}

export interface OutputParts {
	readonly fd: number;
	/** Lines were dropped, and the next one will go through. */
	readonly onDropped: (count: number) => void;
}

export class Output {
	readonly #sink: Sink;
	readonly #onDropped: OutputParts["onDropped"];
	#dropped = 0;

	constructor({ fd, onDropped }: OutputParts) {
		this.#onDropped = onDropped;
		this.#sink = sinkFor(fd, () => this.#reportDropped());
	}

	/** Writes whole lines. */
	write(text: string): void {
		this.#reportDropped();
		if (this.#sink.isReady()) this.#sink.put(text);
		else this.#dropped++;
	}

	/** Resolves when everything is written, after a second at the latest. */
	async drained(): Promise<void> {
		const latest = performance.now() + 1000;
		while (this.#sink.unwritten() > 0 && performance.now() < latest)
			await new Promise((resolve) => setTimeout(resolve, 10));
	}

	#reportDropped(): void {
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

/** A pipe or a socket, written without blocking. */
function pipeSink(fd: number, onDrain: () => void): Sink {
	const socket = new Socket({ fd, readable: false, writable: true });
	// The reader is gone, and there is nowhere to report that.
	socket.on("error", () => {});
	socket.on("drain", onDrain);
	const unwritten = () => (socket.destroyed ? 0 : socket.writableLength);
	return {
		isReady: () => socket.writable && unwritten() < MOST_UNWRITTEN_BYTES,
		put: (text) => socket.write(text),
		unwritten,
	};
}

/** A file, a device or a terminal. The rest of a line is written before the next line, so that no line is torn. */
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
		unwritten: () => (isReady() ? 0 : rest.length),
	};
}

/** Opens the terminal again, so that it does not block while someone has stopped it with Ctrl+S. */
function ownTerminal(fd: number): number {
	try {
		const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
		return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
	} catch {
		return fd;
	}
}
