/**
 * What was seen live: where it began, and what each event did since. The
 * oldest is folded into the beginning once there is too much of it.
 */
import type { Moment } from "../../machines/frame.ts";
import { type Actor, type Actors, apply, type Timeline } from "./timeline.ts";

const MOST_MOMENTS = 5000;

export class LiveTimeline implements Timeline {
	first = 0;
	#start = new Map<string, Actor>();
	#moments: Moment[] = [];
	#end = new Map<string, Actor>();
	#listener: (() => void)[] = [];
	/** Asked for again and again while nothing moves. */
	#copy: Actors | undefined;

	get last(): number {
		return this.#moments.at(-1)?.seq ?? this.first;
	}

	/** In the order they come; one without a time is a new beginning. */
	add(moments: readonly Moment[]): void {
		for (const moment of moments) this.#take(moment);
		this.#copy = undefined;
		for (const listener of this.#listener) listener();
	}

	async at(seq: number) {
		const count = this.#countTo(seq);
		const moment = this.#moments[count - 1];
		if (count === this.#moments.length) {
			this.#copy ??= new Map(this.#end);
			return { actors: this.#copy, moment };
		}
		const actors = new Map(this.#start);
		for (const each of this.#moments.slice(0, count)) apply(actors, each);
		return { actors, moment };
	}

	async moments(from: number, to: number) {
		return this.#moments.slice(this.#countTo(from), this.#countTo(to));
	}

	onGrowth(listener: () => void): void {
		this.#listener.push(listener);
	}

	/** How many moments there are up to an event: each has the seq after the one before. */
	#countTo(seq: number): number {
		return Math.max(0, Math.min(seq - this.first, this.#moments.length));
	}

	#take(moment: Moment): void {
		if (moment.time === undefined) {
			this.first = moment.seq;
			this.#start = new Map();
			this.#moments = [];
			apply(this.#start, moment);
			this.#end = new Map(this.#start);
			return;
		}
		this.#moments.push(moment);
		apply(this.#end, moment);
		if (this.#moments.length <= MOST_MOMENTS) return;
		for (const old of this.#moments.splice(0, MOST_MOMENTS / 2)) {
			apply(this.#start, old);
			this.first = old.seq;
		}
	}
}
