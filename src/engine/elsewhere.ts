/** What is left of a text beside this node's own log: in the search index, and in what all nodes keep. Nobody's lines wait until that is gone: only the answer to who erases it does. */
import type { Overwriting, PlumeEvent } from "../../machines/events.ts";
import type { RunningParts } from "./parts.ts";

export class Elsewhere {
	readonly #parts: RunningParts;
	/** Resolves when all that was overwritten here is erased from what all nodes keep. */
	erased = Promise.resolve();

	constructor(parts: RunningParts) {
		this.#parts = parts;
	}

	/** Should another node decide, this one remembers it. */
	erase({ seqs, time }: Overwriting): void {
		const { cluster, pipeline } = this.#parts;
		if (cluster?.erase)
			this.erased = pipeline.waitFor(cluster.erase(seqs, time));
	}

	/** Tells the person who changed a message that it is done; if they erased it, once it is gone. */
	whenGone({ type }: Pick<PlumeEvent, "type">, tell: () => void): void {
		const { pipeline, search, cluster } = this.#parts;
		const isKept = search !== undefined || cluster?.erase !== undefined;
		if (type !== "message.erased" || !isKept) tell();
		else
			pipeline.afterwards(() => {
				void Promise.all([search?.wiped(), this.erased]).then(tell);
			});
	}
}
