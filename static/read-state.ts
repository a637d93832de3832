/** How many messages the room has, and how far the reader has read it. */

import type { RoomLine } from "./frames.ts";
import type { JoinedRoom } from "./joined-rooms.ts";

export class ReadState {
	#messages = 0;
	/** The offset up to which the server has counted the messages. */
	#counted = 0;
	#read: JoinedRoom | undefined;

	/** Undefined until some of the room was read. */
	get read(): JoinedRoom | undefined {
		return this.#read;
	}

	/** The server's count, in a `welcome` or `gap`. */
	count({ said, offset }: { said: number; offset: number }): void {
		this.#messages = said;
		this.#counted = offset;
	}

	add(line: RoomLine): void {
		if (line.kind === "said" && line.offset > this.#counted)
			this.#messages += 1;
	}

	/** The reader is at the latest line, which is this one. */
	readUpTo(name: string, epoch: string, offset: number): void {
		// While missed lines arrive, the count is ahead of this line.
		if (!epoch || offset < this.#counted) return;
		this.#read = { name, epoch, offset, said: this.#messages };
	}

	clear(): void {
		this.#read = undefined;
	}
}
