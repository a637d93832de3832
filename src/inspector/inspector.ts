/**
 * Shows the machines to viewers: first every actor, then what each event does,
 * in the order of the log. Nothing is shown before it is committed. Without a
 * viewer nothing is computed.
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

	/** `seq` is that of the last committed event. */
	constructor(states: { readonly committed: State }, seq: number) {
		this.#states = states;
		this.#seq = seq;
	}

	/** Shows everything from now on to a viewer. Returns a function that ends it. */
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
