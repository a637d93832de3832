/**
 * How much of what an edge hears waits for its disk, which is slow or full.
 * Beyond a bound it hears no more: the sequencer sends on, from its files,
 * once there is room.
 */
import { asError } from "../log/cache.ts";
import type { Log } from "../log/log.ts";
import type { ToSequencer } from "./edge-parts.ts";

const MOST_UNSTORED_BYTES = 8 * 1024 * 1024;
/** A message without lines counts as so many. */
const MESSAGE_BYTES = 1024;

export class Unstored {
	/** The mirror has what came. */
	stored = Promise.resolve();
	#bytes = 0;
	#waiting = 0;

	/** Stores lines in the mirror, in turn. */
	store(
		lines: Buffer,
		log: Log | undefined,
		link: Pick<ToSequencer, "pause" | "resume">,
		onError: (error: Error) => void,
	): void {
		this.#waiting += lines.length;
		if (this.#waiting > MOST_UNSTORED_BYTES) link.pause();
		this.stored = this.stored
			.then(() => log?.mirror(lines))
			.catch((error: unknown) => onError(asError(error)))
			.then(() => {
				this.#waiting -= lines.length;
				if (this.#waiting <= MOST_UNSTORED_BYTES) link.resume();
			});
	}

	/** Call with the lines of each message. */
	isTooMuch(log: Log | undefined, lines: Buffer): boolean {
		const more = this.#bytes + MESSAGE_BYTES + lines.length;
		this.#bytes = log?.frozen ? more : 0;
		return this.#bytes > MOST_UNSTORED_BYTES;
	}
}
