/**
 * Where a socket's bytes leave. While a socket owes nothing, its bytes are
 * given to the kernel at once, past the stream: a write through the stream
 * costs a third more, and writes are most of what a busy server does. What
 * the kernel does not take goes through the stream, and so does everything
 * after it until that is through; so the order is the order of the calls.
 *
 * Node has no public name for a socket's descriptor. Where it is not to be
 * had, or the stream encrypts, everything goes through the stream.
 */
import { writeSync } from "node:fs";
import type { Duplex } from "node:stream";

/** Of a socket's handle: gone or -1 once it is closed, so that no other's descriptor is written to. */
interface Handle {
	readonly fd: number;
}

const NOTHING = Buffer.alloc(0);

export class Outlet {
	readonly #socket: Duplex & {
		readonly _handle?: Handle | null;
		readonly encrypted?: boolean;
	};

	constructor(socket: Duplex) {
		this.#socket = socket;
	}

	/** Bytes given to it that the kernel has not taken. */
	get unsentBytes(): number {
		return this.#socket.writableLength;
	}

	send(bytes: Buffer): void {
		const taken = this.unsentBytes > 0 ? 0 : this.#give(bytes);
		if (taken < bytes.length) this.#socket.write(bytes.subarray(taken));
	}

	/** Runs a task, in a turn of its own, when the kernel has taken all that was sent so far. */
	whenDrained(task: () => void): void {
		this.#socket.write(NOTHING, () => setImmediate(task));
	}

	/** How much the kernel takes now; what is wrong with the socket, the stream finds out. */
	#give(bytes: Buffer): number {
		const { _handle, encrypted } = this.#socket;
		const { fd = -1 } = _handle ?? {};
		if (fd < 0 || encrypted) return 0;
		try {
			return writeSync(fd, bytes);
		} catch {
			return 0;
		}
	}
}
