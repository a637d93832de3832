import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import {
	type Allowance,
	makeAllowance,
	type Sender,
} from "../../src/mail/allowance.ts";
import { FakeClock } from "../fakes/clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A stranger who asks. */
const ask = (mailbox = "ada@x", ...networks: string[]): Sender => ({
	...{ mailbox, networks },
	...{ isHome: false, isNear: false, isKnown: false },
});

describe("the mail allowance", () => {
	let clock: FakeClock;
	let allowance: Allowance;
	beforeEach(() => {
		clock = new FakeClock();
		allowance = makeAllowance(clock, defaultLimits());
	});

	const take = (address = "ada@x", network = "192.0.2.1") =>
		allowance.take(ask(address, network));

	it("gives one address five mails an hour, and says when there is the next", () => {
		for (let n = 0; n < 5; n++) {
			expect(take()).toBeUndefined();
			clock.advance(MINUTE);
		}
		const retryAfterMs = 55 * MINUTE;
		expect(take()).toEqual({ rule: "addressAllowance", retryAfterMs });
		clock.advance(retryAfterMs - 1);
		expect(take()).toEqual({ rule: "addressAllowance", retryAfterMs: 1 });
		clock.advance(1);
		expect(take()).toBeUndefined();
		expect(take()).toMatchObject({ rule: "addressAllowance" });
	});

	it("gives one address ten mails a day", () => {
		for (let n = 0; n < 10; n++) {
			expect(take()).toBeUndefined();
			clock.advance(HOUR / 2);
		}
		expect(take()).toEqual({
			rule: "addressAllowance",
			retryAfterMs: 19 * HOUR,
		});
		clock.advance(19 * HOUR);
		expect(take()).toBeUndefined();
	});

	it("gives one network sixty mails an hour, to any addresses", () => {
		for (let n = 0; n < 60; n++) expect(take(`${n}@x`)).toBeUndefined();
		expect(take("ada@x")).toEqual({
			rule: "networkAllowance",
			retryAfterMs: HOUR,
		});
		expect(take("ada@x", "192.0.2.2")).toBeUndefined();
	});

	it("leaves an address its own when a stranger's network has used up theirs", () => {
		for (let n = 0; n < 6; n++) take("ada@x", "the stranger's");
		expect(take("ada@x", "Ada's")).toBeUndefined();
	});

	it("gives one address twenty mails a day, however many networks ask", () => {
		for (let n = 0; n < 20; n++) expect(take("ada@x", `${n}`)).toBeUndefined();
		expect(take("ada@x", "one more")).toEqual({
			rule: "addressAllowance",
			retryAfterMs: DAY,
		});
		const home = { ...ask("ada@x", "Ada's"), isHome: true };
		for (let n = 0; n < 5; n++) expect(allowance.take(home)).toBeUndefined();
		expect(allowance.take(home)).toMatchObject({ rule: "addressAllowance" });
	});

	it("gives a /56 twice and a /48 four times as much as a /64", () => {
		const asked = (n: number, wide: string) =>
			allowance.take(ask(`${n}@x`, `${wide}:${n}`, wide, "/48"));
		for (let n = 0; n < 120; n++) expect(asked(n, "a")).toBeUndefined();
		expect(asked(120, "a")).toMatchObject({ rule: "networkAllowance" });
		for (let n = 0; n < 120; n++) expect(asked(n, "b")).toBeUndefined();
		expect(asked(0, "c")).toMatchObject({ rule: "networkAllowance" });
	});

	it("lets in who is known, or at home, through a network that strangers used up", () => {
		const wide = ["/64", "/56", "/48"];
		for (let n = 0; n < 240; n++)
			allowance.take(ask(`${n}@x`, `${n}`, `${n % 3}`, "/48"));
		expect(allowance.take(ask("bob@x", ...wide))).toBeDefined();
		expect(
			allowance.take({ ...ask("ada@x", ...wide), isKnown: true }),
		).toBeUndefined();
		for (let n = 0; n < 60; n++) take(`${n}@x`, "shared");
		expect(take("ada@x", "shared")).toMatchObject({ rule: "networkAllowance" });
		expect(
			allowance.take({ ...ask("ada@x", "shared"), isHome: true }),
		).toBeUndefined();
	});

	it("uses up nothing when it refuses", () => {
		for (let n = 0; n < 5; n++) take("ada@x");
		for (let n = 0; n < 100; n++) take("ada@x");
		for (let n = 0; n < 55; n++) expect(take(`${n}@x`)).toBeUndefined();
		for (let n = 0; n < 100; n++) take("bob@x");
		clock.advance(HOUR);
		for (let n = 0; n < 5; n++) expect(take("bob@x")).toBeUndefined();
	});

	it("counts nothing where limits are off", () => {
		allowance = makeAllowance(clock, defaultLimits(true));
		for (let n = 0; n < 1000; n++) expect(take()).toBeUndefined();
	});

	it("gives as much as a plain list of all that was taken would", () => {
		const request = fc.record({
			address: fc.constantFrom("a@x", "b@x", "c@x"),
			network: fc.constantFrom("n1", "n2"),
			pause: fc.constantFrom(0, 1, MINUTE, 20 * MINUTE, 3 * HOUR),
		});
		fc.assert(
			fc.property(fc.array(request, { maxLength: 200 }), (requests) => {
				const limits = { ...defaultLimits(), mailNetworkHour: 8 };
				allowance = makeAllowance(clock, limits);
				const taken: { address: string; network: string; at: number }[] = [];
				for (const { address, network, pause } of requests) {
					clock.advance(pause);
					const now = clock.now();
					const since = (age: number) =>
						taken.filter(
							(one) => one.network === network && one.at > now - age,
						);
					const same = (age: number) =>
						since(age).filter((one) => one.address === address).length;
					const rule =
						same(HOUR) >= 5 || same(DAY) >= 10
							? "addressAllowance"
							: since(HOUR).length >= 8
								? "networkAllowance"
								: undefined;
					expect(take(address, network)?.rule).toBe(rule);
					if (!rule) taken.push({ address, network, at: now });
				}
			}),
		);
	});
});
