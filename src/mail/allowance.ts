/**
 * How many mails may be asked for. An address is counted for each network by
 * itself, so that a stranger cannot use up what its owner has, and for all
 * networks together. Wider IPv6 networks get more in all, since one customer
 * may be given any of them. Where its owner logged in lately, only the first
 * of these counts: nobody else can keep them out there.
 */
import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";
import { type Bound, DAY_MS, HOUR_MS, SlidingWindows } from "./windows.ts";

/** Who asks for a mail. */
export interface Sender {
	/** The address it goes to, without a `+tag`, as a keyed hash. */
	readonly mailbox: string;
	/** Where it is asked from, the narrowest network first. */
	readonly networks: readonly string[];
	/** The owner of the address logged in from there lately. */
	readonly isHome: boolean;
	/** Someone did. */
	readonly isNear: boolean;
	/** The address owns a name. */
	readonly isKnown: boolean;
}

export interface Overdrawn {
	readonly rule: "addressAllowance" | "networkAllowance";
	readonly retryAfterMs: number;
}

export class Allowance {
	readonly #limits: Limits;
	readonly #taken: SlidingWindows;

	constructor(clock: Clock, limits: Limits) {
		this.#limits = limits;
		this.#taken = new SlidingWindows(clock);
	}

	/** How many keys are remembered. */
	get size(): number {
		return this.#taken.size;
	}

	/** Uses up one mail. If there is none left, uses up nothing and names the first rule in the way. */
	take(sender: Sender): Overdrawn | undefined {
		const { addresses, networks } = this.#bounds(sender);
		let retryAfterMs = this.#taken.waitMs(addresses);
		if (retryAfterMs > 0) return { rule: "addressAllowance", retryAfterMs };
		retryAfterMs = this.#taken.waitMs(networks);
		if (retryAfterMs > 0) return { rule: "networkAllowance", retryAfterMs };
		this.#taken.count([...addresses, ...networks]);
		return undefined;
	}

	#bounds({ mailbox, networks, isHome, isKnown }: Sender) {
		const limits = this.#limits;
		const pair: Bound = {
			key: `${mailbox} ${networks[0]}`,
			windows: [
				[limits.mailAddressHour, HOUR_MS],
				[limits.mailAddressDay, DAY_MS],
			],
		};
		if (isHome) return { addresses: [pair], networks: [] };
		const everywhere: Bound = {
			key: mailbox,
			windows: [[limits.mailAddressTotalDay, DAY_MS]],
		};
		const counted = networkBounds(networks, limits.mailNetworkHour);
		return {
			addresses: [pair, everywhere],
			networks: isKnown ? counted.slice(0, 1) : counted,
		};
	}
}

/** Each wider network may do twice as much in an hour as the one before. */
export const networkBounds = (
	networks: readonly string[],
	count: number,
): readonly Bound[] =>
	networks.map((key, n) => ({ key, windows: [[count * 2 ** n, HOUR_MS]] }));
