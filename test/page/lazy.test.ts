/** What is said where a part of the page can't be loaded. */
import { expect, test, vi } from "vitest";

const said: string[] = [];
vi.mock("../../static/brief-notice.ts", () => ({
	showBriefly: (words: string) => said.push(words),
}));
vi.mock("../../static/words.ts", () => ({
	...{ t: (key: string) => key, isUpdated: async () => true },
	loadLater: async () => {},
}));
vi.mock("../../static/requests.ts", () => ({
	OFFLINE: "offline",
	SLOW_MS: 60_000,
}));
vi.mock("../../static/last-act.ts", () => ({ lastAct: () => () => true }));
vi.mock("../../static/base-path.ts", () => ({ BASE: "/nowhere/" }));

test("an old page says so once by itself, and each time that something is asked of it", async () => {
	const head = { append: () => {} };
	const createElement = () => ({});
	vi.stubGlobal("document", { head, createElement });
	vi.stubGlobal("MARK", "-old");
	const { later } = await import("../../static/lazy.ts");
	for (const isAsked of [false, false, true, false]) await later(isAsked);
	expect(said).toEqual(["updated", "updated"]);
});
