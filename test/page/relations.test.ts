/** What is known of an edit or a reaction before the server is asked. */
import { expect, test, vi } from "vitest";

vi.mock("../../static/lazy.ts", () => ({}));
const showBriefly = vi.fn();
vi.mock("../../static/brief-notice.ts", () => ({ showBriefly }));

const { editMessage, toggleReaction } = await import(
	"../../static/relations.ts"
);

const message = {
	...{ kind: "said" as const, room: "reef", epoch: "e", offset: 7, time: 0 },
	...{ client: "c", name: "bob", text: "oh" },
};

/** What comes of an edit where this is on the screen. */
const editedOn = (room: string, line: object) =>
	editMessage(
		Object({ room, lineAt: () => line, ask: async () => "asked" }),
		message,
		"ah",
	);

test("an edit of a message that is deleted by now says so", async () => {
	const gone = { ...message, text: "", erased: true };
	expect(await editedOn("reef", gone)).toBe("This message was deleted.");
});

test("an edit of a message in another room is left to the server", async () => {
	const gone = { ...message, room: "quay", text: "", erased: true };
	expect(await editedOn("quay", gone)).toBe("asked");
	expect(await editedOn("reef", message)).toBe("asked");
});

test("an emoji that is chosen for a message that is deleted by now says so", async () => {
	const gone = { ...message, text: "", erased: true };
	const page = { room: "reef", lineAt: () => gone, ask: async () => "asked" };
	await toggleReaction(Object(page), message, "👍");
	expect(showBriefly).toHaveBeenCalledWith("This message was deleted.");
});
