/** What ends the server is said once, with a stack only if it is a bug. */
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fatalEnd } from "../src/fatal-end.ts";
import { Damage } from "../src/log/damage.ts";
import { notOurs } from "../src/log/disk.ts";
import { WrongCopy } from "../src/log/evidence.ts";
import { ConfigError } from "../src/settings.ts";

// Else a second later the end would come, of this process.
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function openEnd() {
	const lines: { error: string; stack?: string }[] = [];
	const write = (line: string) => lines.push(JSON.parse(line));
	const never = new Promise<void>(() => {});
	const output = { write, drained: () => never };
	return { fatal: fatalEnd(pino({ base: null }, { write }), output), lines };
}

test.each([
	["a wrong setting", new ConfigError("no")],
	["damage", Object.create(Damage.prototype, { message: { value: "no" } })],
	["a file that somebody removed", notOurs("/data/log")],
])("%s ends it without a stack", (_, error) => {
	const { fatal, lines } = openEnd();
	void fatal.begin(error);
	expect(lines).toMatchObject([{ error: error.message }]);
	expect(lines[0]?.stack).toBeUndefined();
});

test.each([
	[3, "a copy of another log", new WrongCopy("no")],
	[1, "a bug", new Error("a bug")],
])("it exits with %d because of %s", async (code, _, error) => {
	const exit = vi.spyOn(process, "exit").mockImplementation(() => {
		throw new Error("it is over");
	});
	const { fatal } = openEnd();
	const over = expect(fatal.begin(error)).rejects.toThrow("it is over");
	await vi.advanceTimersByTimeAsync(1000);
	await over;
	expect(exit).toHaveBeenCalledWith(code);
	exit.mockRestore();
});

test("a bug ends it with a stack, and what follows from it is not said", () => {
	const { fatal, lines } = openEnd();
	void fatal.begin(new Error("a bug"));
	void fatal.begin(new Error("the log is closed"));
	expect(lines).toMatchObject([{ error: "a bug", stack: expect.any(String) }]);
});

test("what fails while a start that failed settles is not said", () => {
	const { fatal, lines } = openEnd();
	void fatal.settle();
	void fatal.begin(new Error("the log is closed"));
	expect(lines).toEqual([]);
});
