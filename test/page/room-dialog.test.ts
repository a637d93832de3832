/** What is said about leaving a room that is not for all. */
import { expect, test, vi } from "vitest";
import type { OwnRoom } from "../../static/own-rooms.ts";

vi.mock("../../static/base-path.ts", () => ({ BASE: "/" }));
vi.mock("../../static/dialog.ts", () => ({}));
vi.mock("../../static/erase.ts", () => ({}));
vi.mock("../../static/person.ts", () => ({}));
vi.mock("../../static/when-open.ts", () => ({}));

const { wordsOfLeaving } = await import("../../static/room-dialog.ts");

const plans: OwnRoom = {
	...{ room: "~plans", access: "private", title: "Plans", names: ["bob"] },
};
const again = "To come back, you must be invited again.";

test("a member who leaves can be invited again", () => {
	const words = wordsOfLeaving(plans);
	expect(words).toContain(again);
	expect(words).not.toContain("owner");
});

test("an owner who leaves is told that somebody else owns it then", () => {
	const words = wordsOfLeaving({ ...plans, mine: true });
	expect(words).toContain("Another member becomes the owner.");
	expect(words).toContain(again);
});

test("the last one who leaves is told that nobody can come back", () => {
	const words = wordsOfLeaving({ ...plans, names: [], mine: true });
	expect(words).toContain("You are the last member.");
	expect(words).not.toContain(again);
});
