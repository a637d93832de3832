/**
 * How many mails one network may ask for: few to any one address, more in
 * all. An address is counted for each network by itself, so that a stranger
 * cannot use up what its owner has.
 *
 * The windows slide, so that a wait that was told is exact. What is a day old
 * is forgotten; how much can gather in a day is up to the outbox.
 */
import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Overdrawn {
	readonly rule: "addressAllowance" | "networkAllowance";
	readonly retryAfterMs: number;
}

export class Allowance {
	readonly #clock: Clock;
	readonly #limits: Limits;
	/** As many times as any window can hold; nothing at all where all are infinite. */
	readonly #most: number;
	/** When mails were taken, by key; the key used longest ago comes first. */
	readonly #taken = new Map<string, readonly number[]>();

	constructor(clock: Clock, limits: Limits) {
		this.#clock = clock;
		this.#limits = limits;
		const { mailAddressHour, mailAddressDay, mailNetworkHour } = limits;
		const counts = [mailAddressHour, mailAddressDay, mailNetworkHour];
		this.#most = Math.max(...counts.filter(Number.isFinite));
	}

	/** How many keys are remembered. */
	get size(): number {
		return this.#taken.size;
	}

	/** Uses up one mail. If there is none left, uses up nothing and names the first rule in the way. */
	take(address: string, network: string): Overdrawn | undefined {
		const { mailAddressHour, mailAddressDay, mailNetworkHour } = this.#limits;
		const pair = `${network} ${address}`;
		const addressMs = Math.max(
			this.#waitMs(pair, mailAddressHour, HOUR_MS),
			this.#waitMs(pair, mailAddressDay, DAY_MS),
		);
		if (addressMs > 0)
			return { rule: "addressAllowance", retryAfterMs: addressMs };
		const networkMs = this.#waitMs(network, mailNetworkHour, HOUR_MS);
		if (networkMs > 0)
			return { rule: "networkAllowance", retryAfterMs: networkMs };
		this.#record(pair);
		this.#record(network);
		this.#forget();
		return undefined;
	}

	#waitMs(key: string, count: number, windowMs: number): number {
		const time = this.#taken.get(key)?.at(-count);
		if (time === undefined) return 0;
		return Math.max(0, time + windowMs - this.#clock.now());
	}

	#record(key: string): void {
		const times = [...(this.#taken.get(key) ?? []), this.#clock.now()];
		this.#taken.delete(key);
		this.#taken.set(key, times.slice(-this.#most));
	}

	#forget(): void {
		const dayAgo = this.#clock.now() - DAY_MS;
		for (const [key, times] of this.#taken) {
			if ((times.at(-1) ?? dayAgo) > dayAgo) return;
			this.#taken.delete(key);
		}
	}
}
