/**
 * What is left to erase after a start. A crash may have cut an erasure short,
 * but nearly all that was ever erased is gone long since. One bit for each
 * line tells which still had its text when it was read.
 */
import { isOverwriting, type Overwriting } from "../../machines/events.ts";
import type { Log, Stored } from "../log/log.ts";
import { RECENT_MS } from "./elsewhere.ts";

export class UnfinishedErasures {
	readonly #log: Pick<Log, "isBroken">;
	/** The last line that was not read: what became of the texts up to there is not known. */
	readonly #skipped: number;
	readonly #texts = new Bits();
	readonly #seqs: number[] = [];
	#recent: Overwriting[] = [];

	constructor(log: Pick<Log, "isBroken">, skipped = 0) {
		this.#log = log;
		this.#skipped = skipped;
	}

	/** The lines whose text may be there, though it was erased. */
	get seqs(): readonly number[] {
		return this.#seqs;
	}

	/** What was overwritten shortly before the end of the log, perhaps not everywhere. */
	get recent(): readonly Overwriting[] {
		return this.#recent;
	}

	/** Call for each event that is read, in order. */
	onRead({ seq, event, erasable }: Stored): void {
		if (erasable) this.#texts.add(seq);
		if (!isOverwriting(event)) return;
		const since = event.time - RECENT_MS;
		this.#recent = this.#recent.filter(({ time }) => time > since);
		this.#recent.push(event);
		for (const each of event.seqs)
			if (this.#isLeft(each)) this.#seqs.push(each);
	}

	#isLeft(seq: number): boolean {
		const isThere = this.#texts.delete(seq);
		return isThere || seq <= this.#skipped || this.#log.isBroken(seq);
	}
}

/** A set of whole numbers: a byte for eight of them, up to the largest. */
class Bits {
	#bytes = new Uint8Array(1024);

	add(bit: number): void {
		const at = bit >>> 3;
		if (at >= this.#bytes.length) {
			const larger = new Uint8Array(2 * at);
			larger.set(this.#bytes);
			this.#bytes = larger;
		}
		this.#bytes[at] = this.#byte(at) | (1 << (bit & 7));
	}

	/** Answers whether it was there. */
	delete(bit: number): boolean {
		const at = bit >>> 3;
		const mask = 1 << (bit & 7);
		const byte = this.#byte(at);
		if ((byte & mask) === 0) return false;
		this.#bytes[at] = byte & ~mask;
		return true;
	}

	#byte(at: number): number {
		return this.#bytes[at] ?? 0;
	}
}
