import { afterEach, expect, test, vi } from "vitest";
import { systemClock } from "../src/clock.ts";

afterEach(() => vi.restoreAllMocks());

test("a task never runs before its time, however early Node's timers fire", () => {
	const [set] = [globalThis.setTimeout];
	const delays: number[] = [];
	let wall = 0;
	vi.spyOn(performance, "now").mockImplementation(() => wall);
	const clock = systemClock();
	vi.spyOn(globalThis, "setTimeout").mockImplementation((task, delay = 0) => {
		delays.push(delay);
		wall += delays.length < 3 ? delay / 2 : delay;
		task();
		return set(() => {});
	});
	const due = clock.now() + 100;
	let ran = 0;
	clock.after(100, () => {
		ran = clock.now();
	});
	expect(ran).toBeGreaterThanOrEqual(due);
	expect(delays.length).toBeGreaterThan(1);
});

test("no timer is set for the past, of which Node warns", () => {
	let wall = 0;
	vi.spyOn(performance, "now").mockImplementation(() => wall++);
	const clock = systemClock();
	const set = vi.spyOn(globalThis, "setTimeout");
	clock.after(0, () => {})();
	expect(set.mock.calls.map(([, delay]) => delay)).toEqual([0]);
});
