import { expect, test } from "vitest";
import { connectionLimiter } from "../../src/transport/connection-limiter.ts";

const HOME = ["10.0.0.1", "10.0.0.0/24"];

test("a network is full with what it has on other nodes", () => {
	const limiter = connectionLimiter(() => 16);
	for (let nth = 0; nth < 10; nth++) limiter.enter(HOME);
	limiter.addElsewhere(new Map([["10.0.0.1", 5]]));
	expect(limiter.isFull(HOME)).toBe(false);
	limiter.addElsewhere(new Map([["10.0.0.1", 6]]));
	expect(limiter.isFull(HOME)).toBe(true);
	limiter.addElsewhere(new Map([["10.0.0.0/24", 22]]));
	expect(limiter.isFull(HOME)).toBe(true);
});

test("other nodes are told of the networks that have the most", () => {
	const limiter = connectionLimiter(() => 16);
	limiter.enter(["10.0.0.1"]);
	for (let nth = 0; nth < 3; nth++) limiter.enter(["10.0.0.2"]);
	for (let nth = 0; nth < 4; nth++) limiter.enter(["10.0.0.3"]);
	expect(limiter.largest).toEqual([
		["10.0.0.3", 4],
		["10.0.0.2", 3],
	]);
});
