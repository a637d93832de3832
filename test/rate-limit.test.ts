import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
	DAY_MS,
	HOUR_MS,
	SlidingWindows,
	TokenBucket,
} from "../src/rate-limit.ts";
import { FakeClock } from "./fakes/clock.ts";

describe("a token bucket", () => {
	it("gives a burst at once, then one for each interval", () => {
		const clock = new FakeClock();
		const bucket = new TokenBucket({ perSecond: 5, burst: 20 }, clock);
		for (let n = 0; n < 20; n++) expect(bucket.take()).toBeUndefined();
		expect(bucket.take()).toBe(200);
		expect(bucket.waitMs(3)).toBe(600);
		clock.advance(199);
		expect(bucket.take()).toBe(1);
		clock.advance(1);
		expect(bucket.take()).toBeUndefined();
		expect(bucket.take()).toBe(200);
	});

	it("gives all of a burst at once, whatever fractions the rate makes", () => {
		for (let perSecond = 1; perSecond < 100; perSecond++)
			for (let burst = 1; burst < 50; burst++) {
				const clock = new FakeClock();
				const bucket = new TokenBucket({ perSecond, burst }, clock);
				expect(bucket.waitMs(burst)).toBe(0);
				for (let n = 0; n < burst; n++) expect(bucket.take()).toBeUndefined();
				expect(bucket.take()).toBeGreaterThan(0);
			}
	});

	it("never holds more than its burst", () => {
		const clock = new FakeClock();
		const bucket = new TokenBucket({ perSecond: 5, burst: 2 }, clock);
		clock.advance(1_000_000);
		expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([
			undefined,
			undefined,
			200,
		]);
	});

	it("lets everything pass where the rate is infinite", () => {
		for (const burst of [0, 1, Number.POSITIVE_INFINITY]) {
			const rate = { perSecond: Number.POSITIVE_INFINITY, burst };
			const bucket = new TokenBucket(rate, new FakeClock());
			for (let n = 0; n < 100; n++) expect(bucket.take()).toBeUndefined();
			expect(bucket.waitMs(100)).toBe(0);
		}
	});

	it("gives a token at the very moment it promised, none before", () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0.01, max: 900, noNaN: true }),
				fc.integer({ min: 1, max: 50 }),
				fc.array(fc.nat(3000), { maxLength: 100 }),
				(perSecond, burst, pauses) => {
					const clock = new FakeClock();
					const bucket = new TokenBucket({ perSecond, burst }, clock);
					const start = clock.now();
					let taken = 0;
					for (const pause of pauses) {
						clock.advance(pause);
						const waitMs = bucket.take();
						if (waitMs !== undefined) {
							clock.advance(waitMs - 1);
							expect(bucket.take()).toBe(1);
							clock.advance(1);
							expect(bucket.take()).toBeUndefined();
						}
						taken += 1;
						const most = burst + ((clock.now() - start) / 1000) * perSecond;
						expect(taken).toBeLessThanOrEqual(most + 1e-6);
					}
				},
			),
		);
	});
});

describe("sliding windows", () => {
	let clock: FakeClock;
	let windows: SlidingWindows;
	beforeEach(() => {
		clock = new FakeClock();
		windows = new SlidingWindows(clock);
	});

	const once = (key: string, ms = DAY_MS) => [
		{ key, windows: [[1, ms]] as const },
	];
	/** Those of some keys that are remembered, as a window that is longer than any real one tells. */
	const remembered = (...keys: readonly unknown[]) =>
		keys.filter((key) => windows.waitMs(once(`${key}`, 10 * DAY_MS)) > 0);
	const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

	it("forget the keys that did not come back within a day", () => {
		for (const key of upTo(1000)) {
			windows.count(once(`${key}`));
			clock.advance(60_000);
		}
		expect(remembered(...upTo(1000))).toHaveLength(1000);
		clock.advance(DAY_MS - 500 * 60_000);
		windows.count(once("late"));
		expect(remembered(...upTo(1000))).toHaveLength(499);
	});

	it("forget them though others keep coming back", () => {
		for (const key of upTo(48)) {
			windows.count(once("regular"));
			windows.count(once(`${key}`));
			clock.advance(3 * HOUR_MS);
		}
		expect(remembered("regular", ...upTo(48))).toHaveLength(1 + 8);
	});

	it("remember nothing that may happen without end", () => {
		windows.count([{ key: "any", windows: [[Infinity, DAY_MS]] }]);
		expect(remembered("any")).toEqual([]);
	});
});
