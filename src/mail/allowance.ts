/**
 * Limits how many login mails can be requested: for an address from one
 * network, so that a stranger cannot use up the owner's share; for an address
 * from anywhere; and for a network. Wider IPv6 networks get more, since one
 * customer may be given any of them. On a network where the owner logged in
 * lately only the first limit counts, so that nobody else can lock them out.
 */
import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";
import { type Bound, DAY_MS, HOUR_MS, SlidingWindows } from "../rate-limit.ts";

/** Who requests a mail. */
export interface Sender {
	/** The address it goes to, without a `+tag`, as a keyed hash. */
	readonly mailbox: string;
	/** Where the request comes from, the narrowest network first. */
	readonly networks: readonly string[];
	/** The owner of the address logged in from there lately. */
	readonly isHome: boolean;
	/** Anyone logged in from there lately. */
	readonly isNear: boolean;
	/** The address owns a name. */
	readonly isKnown: boolean;
}

export type Allowance = ReturnType<typeof makeAllowance>;

export function makeAllowance(clock: Clock, limits: Limits) {
	const requested = new SlidingWindows(clock);

	function boundsOf({ mailbox, networks, isHome, isKnown }: Sender) {
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

	return {
		/** Counts one mail. If none is left, counts nothing and answers the first broken rule. */
		take(sender: Sender) {
			const { addresses, networks } = boundsOf(sender);
			const broken = [
				["addressAllowance", requested.waitMs(addresses)],
				["networkAllowance", requested.waitMs(networks)],
			] as const;
			for (const [rule, retryAfterMs] of broken)
				if (retryAfterMs > 0) return { rule, retryAfterMs };
			requested.count([...addresses, ...networks]);
			return undefined;
		},
	};
}

/** `count` an hour for the narrowest network, and twice as many for each wider one. */
export const networkBounds = (
	networks: readonly string[],
	count: number,
): readonly Bound[] =>
	networks.map((key, n) => ({ key, windows: [[count * 2 ** n, HOUR_MS]] }));
