/** What is asked for the list of pins. */
import { afterEach, expect, test, vi } from "vitest";

/** The rows of the list. */
const shown: unknown[] = [];
const said: string[] = [];
vi.mock("../../static/brief-notice.ts", () => ({
	showBriefly: (words: string) => said.push(words),
}));
vi.mock("../../static/dialog.ts", () => ({ showDialog: () => {} }));
vi.mock("../../static/element.ts", () => ({
	button: () => "a pin",
	make: () => ({ append: (...rows: unknown[]) => shown.push(...rows) }),
}));
vi.mock("../../static/person.ts", () => ({ nameTag: () => "" }));
vi.mock("../../static/quotes.ts", () => ({ onOneLine: String }));
vi.mock("../../static/time-element.ts", () => ({ timeElement: () => "" }));
vi.mock("../../static/words.ts", () => ({ nodes: () => [], t: String }));

afterEach(() => {
	vi.useRealTimers();
});

test("pins that are asked for while history is read are asked for again", async () => {
	vi.useFakeTimers();
	const { openPins } = await import("../../static/pins-dialog.ts");
	const answers: object[] = [
		{ kind: "notDone", words: "Too fast.", retryAfter: 1_000 },
		{ kind: "pins", pins: [{ by: "ann", target: 1 }] },
	];
	const requests = { ask: async () => answers.shift() };
	const opened = openPins(Object({ room: "reef", epoch: "e", requests }));
	await vi.advanceTimersByTimeAsync(1_000);
	await opened;
	expect(shown).toEqual(["a pin"]);
});

test("nothing is said or asked any more for who has turned to something else", async () => {
	vi.useFakeTimers();
	const { openPins } = await import("../../static/pins-dialog.ts");
	const { acted } = await import("../../static/last-act.ts");
	said.length = 0;
	let asked = 0;
	const requests = {
		async ask() {
			asked++;
			return { kind: "notDone", words: "Too fast.", retryAfter: 1_000 };
		},
	};
	const opened = openPins(Object({ room: "reef", epoch: "e", requests }));
	acted();
	await vi.advanceTimersByTimeAsync(5_000);
	await opened;
	expect([asked, said]).toEqual([1, []]);
});
