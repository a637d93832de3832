/** When a server counts as overloaded. */
import { beforeEach, expect, test } from "vitest";
import { LoadShedder } from "../../src/transport/load-shedder.ts";
import { FakeClock } from "../fakes/clock.ts";

let clock: FakeClock;
let load: LoadShedder;
let changes: boolean[];
beforeEach(() => {
	clock = new FakeClock();
	changes = [];
	const onChange = (isOverloaded: boolean) => changes.push(isOverloaded);
	load = new LoadShedder({ clock, limitMs: 200, onChange });
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
	expect(load.isOverloaded).toBe(false);
	turns(1, 201);
	expect(load.isOverloaded).toBe(true);
});

test.each([
	["one pause of a minute", 1, 60_000],
	["four long collections of garbage", 4, 1000],
	["turns that are as long as is allowed", 100, 200],
])("%s is no overload", (_, count, ms) => {
	turns(count, ms);
	turns(100, 0);
	expect(changes).toEqual([]);
});

test("it recovers by itself, once it is much better than it must be", () => {
	turns(10, 300);
	turns(20, 150);
	expect(load.isOverloaded).toBe(true);
	turns(20, 90);
	expect(load.isOverloaded).toBe(false);
	expect(changes).toEqual([true, false]);
});

test("nothing is measured after it was closed", () => {
	load.close();
	turns(20, 1000);
	expect(changes).toEqual([]);
	expect(clock.timersSet).toBe(0);
});
