/**
 * A token bucket: lets `burst` things happen at once and `perSecond` in the
 * long run, and tells whoever comes too early how long to wait. An infinite
 * rate lets everything pass.
 */
import type { Clock } from "./clock.ts";

export interface Rate {
	readonly perSecond: number;
	readonly burst: number;
}

export class TokenBucket {
	readonly #clock: Clock;
	readonly #burst: number;
	readonly #intervalMs: number;
	/** At `#at`, how long it will take until the bucket is full again. */
	#owedMs = 0;
	#at: number;

	constructor({ perSecond, burst }: Rate, clock: Clock) {
		this.#clock = clock;
		this.#burst = burst;
		this.#intervalMs = 1000 / perSecond;
		this.#at = clock.now();
	}

	/** Milliseconds until `tokens` can be had; 0 if they are there. */
	waitMs(tokens = 1): number {
		if (this.#intervalMs === 0) return 0;
		const now = this.#clock.now();
		this.#owedMs = Math.max(0, this.#owedMs - (now - this.#at));
		this.#at = now;
		const ms = this.#owedMs + (tokens - this.#burst) * this.#intervalMs;
		// A millionth forgives the rounding of fractions.
		return Math.max(0, Math.ceil(ms - 1e-6));
	}

	/** A new one would allow as much. */
	get isFull(): boolean {
		return this.waitMs(this.#burst) === 0;
	}

	/** Takes one token; if there is none, takes nothing and answers in how many milliseconds there will be. */
	take(): number | undefined {
		const waitMs = this.waitMs();
		if (waitMs > 0) return waitMs;
		this.#owedMs += this.#intervalMs;
		return undefined;
	}
}
