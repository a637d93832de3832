import type { Clock } from "../../src/clock.ts";

interface Timer {
	readonly at: number;
	readonly task: () => void;
}

/** A clock that stands still until a test moves it; timers fire in time order. */
export class FakeClock implements Clock {
	#now: number;
	#timers: Timer[] = [];

	constructor(now = Date.UTC(2026, 0, 1)) {
		this.#now = now;
	}

	now(): number {
		return this.#now;
	}

	after(delayMs: number, task: () => void): () => void {
		const timer = { at: this.#now + delayMs, task };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	/** How many timers are set. */
	get timersSet(): number {
		return this.#timers.length;
	}

	/** The process that set them is dead: no timer will ever fire. */
	forgetTimers(): void {
		this.#timers = [];
	}

	/** The machine is suspended for so long: timers that were due meanwhile fire at the next `advance`. */
	suspend(ms: number): void {
		this.#now += ms;
	}

	/** Moves time on, firing each timer at its own moment, those it sets included. */
	advance(ms: number): void {
		const end = this.#now + ms;
		for (;;) {
			let next: Timer | undefined;
			for (const timer of this.#timers)
				if (timer.at <= end && (!next || timer.at < next.at)) next = timer;
			if (!next) break;
			this.#timers.splice(this.#timers.indexOf(next), 1);
			this.#now = Math.max(this.#now, next.at);
			next.task();
		}
		this.#now = end;
	}
}
