import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { quoted } from "../../src/cli/quoted.ts";

test.each(["data", "it's new", "rs 1", "$HOME", 'a "b" \\', "日本"])(
	"a shell takes %s as it is, once it is quoted",
	(word) => {
		const said = execFileSync("sh", ["-c", `printf %s ${quoted(word)}`]);
		expect(said.toString()).toBe(word);
	},
);

test("a plain path stands as it is", () => {
	expect(quoted("/var/lib/plume-2")).toBe("/var/lib/plume-2");
});
