/** PROTOCOL.md and docs/operating.md say what the code does. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documents, withTables } from "../tools/protocol/tables.ts";

test.each(Object.entries(documents))(
	"the tables of %s are current (else run `npm run protocol`)",
	(name, tables) => {
		const document = readFileSync(name, "utf8");
		expect(withTables(document, tables)).toBe(document);
	},
);

test.each([
	["a 4 comes before the 11 of a lost login", "or by a 4 and an 11"],
	["a message in 17 fragments is closed with 1008", "16 fragments with 1008"],
	["an 11 without a number is about no message", "is about no message"],
])("PROTOCOL.md says that %s", (_, words) => {
	expect(readFileSync("PROTOCOL.md", "utf8")).toContain(words);
});
