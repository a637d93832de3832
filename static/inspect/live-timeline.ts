/**
 * What a running server has sent since the page was opened. When there is too
 * much of it, the older half goes.
 */
import type { Moment, NodeShown } from "../../machines/frame.ts";
import { apply, MomentRange, type Timeline } from "./timeline.ts";

const MOST_MOMENTS = 5000;

export class LiveTimeline extends EventTarget implements Timeline {
	/** What the server is among others, now; undefined if it is alone. */
	node?: NodeShown;
	#range = new MomentRange(0, new Map());

	get first(): number {
		return this.#range.from;
	}

	get last(): number {
		return this.#range.to;
	}

	/** Moments in the order of the log; one without a time is a new beginning. */
	add(moments: readonly Moment[]): void {
		for (const moment of moments)
			if (moment.time !== undefined) this.#range.add(moment);
			else this.#range = new MomentRange(moment.seq, apply(new Map(), moment));
		if (this.last - this.first > MOST_MOMENTS)
			this.#range = this.#range.after(this.last - MOST_MOMENTS / 2);
		this.dispatchEvent(new Event("growth"));
	}

	async at(seq: number) {
		return this.#range.at(seq);
	}

	async moments(from: number, to: number) {
		return this.#range.momentsIn(from, to);
	}
}
