/**
 * Where viewers of the machines are: each gets first how all stands, then what
 * each event does, in the order of the log, and neither before it is
 * committed. While there is no viewer, nothing is worked out.
 */
import type { Moment } from "../../machines/frame.ts";
import type { Step } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";
import { actorFrames, momentOf } from "./frames.ts";

export type Viewer = (moment: Moment) => void;

export class Inspector {
	readonly #states: { readonly committed: State };
	readonly #viewers = new Set<Viewer>();
	#seq: number;

	/** `seq` is of the last event of the committed state. */
	constructor(states: { readonly committed: State }, seq: number) {
		this.#states = states;
		this.#seq = seq;
	}

	/** Shows everything from here on to a viewer, until what is answered is called. */
	watch(viewer: Viewer): () => void {
		viewer({ seq: this.#seq, frames: actorFrames(this.#states.committed) });
		this.#viewers.add(viewer);
		return () => void this.#viewers.delete(viewer);
	}

	onCommitted(step: Step): void {
		this.#seq = step.stored.seq;
		if (this.#viewers.size === 0) return;
		const moment = momentOf(step);
		for (const viewer of this.#viewers) viewer(moment);
	}
}
