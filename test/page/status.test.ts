/** What the bar says while there is no connection. */
import { expect, test, vi } from "vitest";

/** What each place says. */
const said = new Map<string, string>();
const countdown = { ariaHidden: "true" };
vi.mock("../../static/element.ts", () => ({
	...{ icon: () => {}, show: () => {} },
	find: (where: string) =>
		where === "#countdown" ? countdown : { classList: { toggle: () => {} } },
	say: (where: string, words: string) => said.set(where, words),
}));

/** The page's events and timers do nothing here. */
async function statusBarOf(snapshot: object, opened = "lobby") {
	for (const name of ["window", "HTMLButtonElement"]) vi.stubGlobal(name, {});
	vi.stubGlobal("addEventListener", () => {});
	vi.stubGlobal("document", { addEventListener: () => {} });
	const { statusBar } = await import("../../static/status.ts");
	return statusBar(Object({ snapshot, opened, titleOf: String }));
}

test("who has asked to delete everything reads, while there is no connection, that it is still to be done", async () => {
	vi.useFakeTimers();
	const farewell = "All is gone.";
	const context = { attempt: 1, jitter: 0, name: "", room: "lobby", farewell };
	const states = ["returning"];
	const matches = (state: string) => states.includes(state);
	const render = await statusBarOf({ context, matches });
	render();
	expect(said.get("#connection-words")).toBe(
		"Offline. All you said will be deleted once this page is connected.",
	);
	states[0] = "chatting";
	render();
	expect(said.get("#connection-words")).toMatch(/^Deleting all you said/);
});

test("a page that was loaded anew deletes nothing before it is connected", async () => {
	vi.useFakeTimers();
	const farewell = "All is gone.";
	const context = { attempt: 0, jitter: 0, name: "", room: "lobby", farewell };
	const matches = (state: string) => state === "returning";
	const words = async (opened: string) => {
		(await statusBarOf({ context, matches }, opened))();
		return said.get("#connection-words");
	};
	expect(await words("")).not.toContain("Deleting");
	// On the way to another room it was asked on this connection.
	expect(await words("lobby")).toMatch(/^Deleting all you said/);
});

test("who is sent out reads no time that nobody has told, and hears one sentence", async () => {
	vi.useFakeTimers();
	const why = "You may not enter lobby for 5 minutes: shouting.";
	const trouble = { about: "step", words: why, isExpected: false };
	const context = {
		...{ attempt: 0, jitter: 0, name: "", room: "lobby", farewell: "" },
		...{ waitMs: 0, trouble: { ...trouble, isKick: true } },
	};
	const matches = (state: unknown): boolean => state === "stopped";
	const snapshot = { context, matches };
	const render = await statusBarOf(snapshot);
	render();
	const words = said.get("#connection-words");
	expect(words).toBe(
		`${why} · Your lines are kept, and you come back by yourself.`,
	);
	expect(said.get("#countdown")).toBe("");

	// It has asked again, and was told.
	snapshot.matches = () => false;
	render();
	snapshot.matches = matches;
	context.waitMs = 5 * 60_000;
	render();
	expect(said.get("#countdown")).toBe("(5 minutes)");
	expect(countdown.ariaHidden).toBe("false");
	vi.advanceTimersByTime(3.5 * 60_000);
	expect(said.get("#countdown")).toBe("(2 minutes)");
	expect(said.get("#connection-words")).toBe(words);
	snapshot.matches = (state) => state !== "stopped";
	render();
	expect(countdown.ariaHidden).toBe("true");
});
