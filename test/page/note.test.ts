/** Which notes an open page shows. */
import { beforeEach, expect, test, vi } from "vitest";

const shown: object[] = [];
vi.stubGlobal("addEventListener", () => {});
vi.stubGlobal("location", { pathname: "/" });
vi.stubGlobal(
	"Notification",
	class {
		static permission = "granted";
		constructor(_: string, options: object) {
			shown.push(options);
		}
	},
);
vi.mock("../../static/dialog.ts", () => ({ smallButton: Object }));
vi.mock("../../static/element.ts", () => ({ make: Object }));
vi.mock("../../static/room-name.ts", () => ({ pathOf: () => "/r/reef" }));

beforeEach(() => {
	shown.length = 0;
	vi.useFakeTimers({ now: Date.UTC(2026, 0, 5, 3) });
});

/** Somebody mentions the reader, who has these quiet hours. */
async function mentioned(quiet?: object): Promise<void> {
	const { mention } = await import("../../static/note.ts");
	const { browser } = await import("../../static/store.ts");
	browser.set("notify", "yes");
	const page = { own: { quiet }, titleOf: () => "reef" };
	mention(Object(page), "reef", "Hi @ann", "bob");
}

test("nothing rings in a reader's quiet hours", async () => {
	await mentioned({ from: 120, to: 240, zone: "UTC" });
	expect(shown).toEqual([]);
	await mentioned({ from: 240, to: 360, zone: "UTC" });
	expect(shown).toHaveLength(1);
});

test("a note rings though it takes the place of another", async () => {
	await mentioned();
	expect(shown).toMatchObject([{ tag: "plume /r/reef", renotify: true }]);
});
