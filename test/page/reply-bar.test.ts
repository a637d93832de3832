/** What the bar above the field says of a message. */
import { expect, test, vi } from "vitest";

let words = "";
const element = {
	replaceChildren(...all: string[]) {
		words = all.join("");
	},
};
vi.mock("../../static/element.ts", () => ({
	...{ find: () => element, show: () => {} },
	make: (_: string, __: string, text: string) => text,
}));
vi.mock("../../static/person.ts", () => ({ nameTag: () => "bob" }));
vi.mock("../../static/quotes.ts", () => ({ onOneLine: String }));
vi.mock("../../static/words.ts", () => ({
	...{ t: String, nodes: () => ["Reply"] },
}));

const at = { room: "reef", epoch: "e", client: "b", name: "bob", time: 0 };
const message = { kind: "said", ...at, offset: 7, text: "oh" } as const;
const other = { kind: "edited", ...at, offset: 9, target: 7 } as const;

test("what is answered is shown as it is now, though it is not in the window", async () => {
	const { aboutAfter } = await import("../../static/reply-bar.ts");
	const about = { kind: "reply", message } as const;
	const elsewhere = { ...other, target: 8, text: "ah" };
	expect(aboutAfter(about, elsewhere, "")).toBe(about);
	expect(words).toBe("");
	const edited = aboutAfter(about, { ...other, text: "ah" }, "");
	expect(words).toBe("Reply: ah");
	aboutAfter(edited, { kind: "erased", ...at, offset: 10, target: 7 }, "");
	expect(words).toBe("Reply: quote.deleted");
});

test("who edits goes on from the words that they began with", async () => {
	const { aboutAfter } = await import("../../static/reply-bar.ts");
	const about = { kind: "edit", message } as const;
	const after = (text: string) =>
		aboutAfter(about, { ...other, text: "ah" }, text);
	expect(after("oh")).toBe(about);
	expect(after("ah")).toBeUndefined();
	expect(words).toBe("edit: ah");
});
