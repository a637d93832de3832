/**
 * How much of what an edge hears waits for its disk, which is slow or full.
 * Beyond a bound it hears no more: the sequencer sends on, from its files,
 * once there is room.
 */
import type { Log } from "../log/log.ts";
import type { ToSequencer } from "./edge-parts.ts";

const MOST_UNSTORED_BYTES = 8 * 1024 * 1024;
/** A message without lines counts as so many. */
const MESSAGE_BYTES = 1024;

export class Unstored {
	#bytes = 0;
	#waiting = 0;

	/** Call with lines that begin to wait. Returns a function to call once they are stored. */
	wait({ length }: Buffer, link: Pick<ToSequencer, "pause" | "resume">) {
		this.#waiting += length;
		if (this.#waiting > MOST_UNSTORED_BYTES) link.pause();
		return () => {
			this.#waiting -= length;
			if (this.#waiting <= MOST_UNSTORED_BYTES) link.resume();
		};
	}

	/** Call with the lines of each message. */
	isTooMuch(log: Log | undefined, lines: Buffer): boolean {
		const more = this.#bytes + MESSAGE_BYTES + lines.length;
		this.#bytes = log?.frozen ? more : 0;
		return this.#bytes > MOST_UNSTORED_BYTES;
	}
}
