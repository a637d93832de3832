/** When a server counts as overloaded. */
import { beforeEach, describe, expect, test } from "vitest";
import { Health } from "../../src/transport/health.ts";
import { FakeClock } from "../fakes/clock.ts";

let clock: FakeClock;
let health: Health;
let said: string[];
let log: { frozen: boolean; unverified: number };
beforeEach(() => {
	clock = new FakeClock();
	said = [];
	log = { frozen: false, unverified: 0 };
	const hear = (_: object, message: string) => said.push(message);
	health = new Health({
		clock,
		limits: { sheddingDelayMilliseconds: 200 },
		log,
		report: { info: hear, warn: hear },
	});
});

/** So many turns of the event loop, each of which takes so long. */
function turns(count: number, ms: number): void {
	for (let i = 0; i < count; i++) {
		clock.suspend(100 + ms);
		clock.advance(0);
	}
}

test("a loop that is late again and again is overloaded", () => {
	turns(4, 201);
	expect(health.isOverloaded).toBe(false);
	turns(1, 201);
	expect(health.isOverloaded).toBe(true);
});

test.each([
	["one pause of a minute", 1, 60_000],
	["four long collections of garbage", 4, 1000],
	["turns that are as long as is allowed", 100, 200],
])("%s is no overload", (_, count, ms) => {
	turns(count, ms);
	turns(100, 0);
	expect(said).toEqual([]);
});

test("it recovers by itself, once it is much better than it must be", () => {
	turns(10, 300);
	turns(20, 150);
	expect(health.isOverloaded).toBe(true);
	turns(20, 90);
	expect(health.isOverloaded).toBe(false);
	expect(said).toEqual([
		"overloaded: newcomers are refused",
		"not overloaded any more: newcomers get in",
	]);
});

test("nothing is measured after it was closed", () => {
	health.close();
	turns(20, 1000);
	expect(said).toEqual([]);
	expect(clock.timersSet).toBe(0);
});

describe("newcomers are sent elsewhere, in words", () => {
	test("while the server is stopping", () => {
		health.isStopping = true;
		expect(health.notReady).toBe("the server is stopping");
		expect(health.wrong).toBeUndefined();
	});

	test("while the disk takes no writes, which is all that is wrong", () => {
		log.frozen = true;
		expect(health.notReady).toBe("the disk takes no writes");
		expect(health.wrong).toBe("the disk takes no writes");
	});

	test("while the server is overloaded, which is no reason to restart it", () => {
		turns(10, 300);
		expect(health.notReady).toBe("the server is overloaded");
		expect(health.wrong).toBeUndefined();
	});

	test("and not otherwise", () => {
		expect(health.notReady).toBeUndefined();
	});
});
