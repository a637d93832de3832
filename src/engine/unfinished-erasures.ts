/**
 * What is left to erase after a start. A crash may have cut an erasure short,
 * but nearly all that was ever erased is gone long since. One bit for each
 * line tells which still had its text when it was read.
 */
import { isOverwriting, type Overwriting } from "../../machines/events.ts";
import type { Log, Stored } from "../log/log.ts";
import { SeqSet } from "../log/seq-set.ts";
import { RecentErasures } from "./recent-erasures.ts";

export class UnfinishedErasures {
	readonly #log: Pick<Log, "isBroken">;
	/** The last line that was not read: what became of the texts up to there is not known. */
	readonly #skipped: number;
	readonly #texts = new SeqSet();
	readonly #seqs: number[] = [];
	readonly #recent = new RecentErasures<Overwriting>();
	#last = 0;

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
		return this.#recent.until(this.#last);
	}

	/** Call for each event that is read, in order. */
	onRead({ seq, event, erasable }: Stored): void {
		if (erasable) this.#texts.add(seq);
		if (!isOverwriting(event)) return;
		this.#recent.add(event);
		this.#last = event.time;
		for (const each of event.seqs)
			if (this.#isLeft(each)) this.#seqs.push(each);
	}

	#isLeft(seq: number): boolean {
		const isThere = this.#texts.delete(seq);
		return isThere || seq <= this.#skipped || this.#log.isBroken(seq);
	}
}
