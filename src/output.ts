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

export type Output = ReturnType<typeof openOutput>;

/** `onDropped`: so many lines were dropped, and the next one will go through. */
export function openOutput(fd: number, onDropped: (count: number) => void) {
	const sink = sinkFor(fd, reportDropped);
	let dropped = 0;
	function reportDropped(): void {
		const count = dropped;
		if (count === 0 || !sink.isReady()) return;
		dropped = 0;
		onDropped(count);
	}
	return {
		/** Writes whole lines. */
		write(text: string): void {
			reportDropped();
			if (sink.isReady()) sink.put(text);
			else dropped++;
		},
		/** Resolves when everything is written, after a second at the latest. */
		async drained(): Promise<void> {
			const latest = performance.now() + 1000;
			while (sink.unwritten() > 0 && performance.now() < latest)
				await new Promise((resolve) => setTimeout(resolve, 10));
		},
	};
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
