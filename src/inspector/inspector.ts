/**
 * Shows the machines to viewers: first every actor, then what each event does,
 * in the order of the log. Nothing is shown before it is committed. Without a
 * viewer nothing is computed.
 */
import type { Moment, NodeShown } from "../../machines/frame.ts";
import type { Step } from "../engine/fold.ts";
import type { Cluster } from "../engine/parts.ts";
import type { State } from "../engine/state.ts";
import { actorFrames, momentOf } from "./frames.ts";

export type Viewer = (moment: Moment) => void;

export class Inspector {
	readonly #states: { readonly committed: State };
	readonly #viewers = new Set<Viewer>();
	readonly #cluster: Cluster | undefined;
	#seq: number;

	/** `seq` is that of the last committed event. */
	constructor(
		states: { readonly committed: State },
		seq: number,
		cluster?: Cluster,
	) {
		this.#cluster = cluster;
		this.#states = states;
		this.#seq = seq;
	}

	/** What this node is now; undefined for a server that is alone. */
	get node(): NodeShown | undefined {
		if (!this.#cluster) return undefined;
		const { node, role, labels } = this.#cluster;
		return { type: "node", node, ...role, labels: [...labels] };
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
