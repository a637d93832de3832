/** The commands that are listed after a slash. */
import { expect, test, vi } from "vitest";

vi.mock("../../static/element.ts", () => ({
	find: () => ({ hidden: true }),
	make: (_: string, look: object, ...all: readonly unknown[]) => ({
		...{ look, all },
	}),
}));
vi.mock("../../static/room-dialog.ts", () => ({}));

const { commands } = await import("../../static/commands.ts");

test("the slash is before a command's name in any language", () => {
	const [first] = commands(Object({ role: "member" }), () => {});
	expect(first?.element).toMatchObject({
		all: [{ look: { dir: "ltr" }, all: ["/block"] }, expect.anything()],
	});
});

test.each([
	["private", true],
	["direct", false],
])("whether a %s room can be left by a command: %s", (access, can) => {
	const page = { role: "member", ownRoom: { access } };
	const names = commands(Object(page), () => {}).map(({ name }) => name);
	expect(names.includes("leave")).toBe(can);
});
