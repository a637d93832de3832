/** When the page considers a silent connection dead, and when it pings. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { heartbeat } from "../../static/heartbeat.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** A page on a connection, and what happened to it. */
function listen() {
	const world = { seen: true, asked: 0, isDead: false };
	const beat = heartbeat({
		isVisible: () => world.seen,
		ping() {
			world.asked += 1;
			beat.expectAnswer();
		},
		dead() {
			world.isDead = true;
		},
	});
	beat.received();
	return { world, beat };
}

test("what is not answered in 10 s, nor anything else heard, was posted to nobody", () => {
	const { world, beat } = listen();
	vi.advanceTimersByTime(3_000);
	beat.expectAnswer();
	vi.advanceTimersByTime(6_000);
	// What is said into the silence does not prolong it.
	beat.expectAnswer();
	vi.advanceTimersByTime(3_999);
	expect(world.isDead).toBe(false);
	vi.advanceTimersByTime(1);
	expect(world.isDead).toBe(true);
});

test("whatever is heard is a sign of life", () => {
	const { world, beat } = listen();
	beat.expectAnswer();
	vi.advanceTimersByTime(9_999);
	beat.received();
	vi.advanceTimersByTime(29_999);
	expect(world).toMatchObject({ isDead: false, asked: 0 });
});

test("a quiet connection is asked every 30 s while someone looks, and dead 10 s after the last", () => {
	const { world, beat } = listen();
	for (const asked of [1, 2, 3]) {
		vi.advanceTimersByTime(30_000);
		expect(world.asked).toBe(asked);
		if (asked < 3) beat.received();
	}
	vi.advanceTimersByTime(10_000);
	expect(world).toMatchObject({ isDead: true, asked: 3 });
});

test("where nobody looks nothing is asked until there is reason to doubt", () => {
	const { world, beat } = listen();
	world.seen = false;
	vi.advanceTimersByTime(600_000);
	expect(world.asked).toBe(0);
	expect(vi.getTimerCount()).toBe(0);
	beat.check();
	beat.check();
	expect(world.asked).toBe(1);
	vi.advanceTimersByTime(10_000);
	expect(world.isDead).toBe(true);
});

test("a connection that was let go of owes nothing", () => {
	const { world, beat } = listen();
	beat.expectAnswer();
	beat.stop();
	vi.advanceTimersByTime(600_000);
	expect(world).toMatchObject({ isDead: false, asked: 0 });
});
