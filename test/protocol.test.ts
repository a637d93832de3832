/** PROTOCOL.md and docs/operating.md say what the code does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bounds, inner } from "../tools/protocol/bounds.ts";
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

test("a bound that is a constant of the server stands in a table, or is said to be an inner one", () => {
	const files = readdirSync("src", { recursive: true, withFileTypes: true })
		.filter((file) => file.isFile() && !file.parentPath.includes("cli"))
		.map(({ parentPath, name }) => join(parentPath, name));
	const BOUND = /^(?:export )?const ((?:MOST|MAX|LONGEST|SPARE)[A-Z_]*) = \d/gm;
	const found = files.flatMap((file) =>
		Array.from(
			readFileSync(file, "utf8").matchAll(BOUND),
			([, name]) => `${file} ${name}`,
		),
	);
	const shown = bounds().map(([, , where]) => where.replaceAll("`", ""));
	const known = [...shown, ...inner];
	expect(found.filter((bound) => !known.includes(bound))).toEqual([]);
	expect(inner.filter((bound) => !found.includes(bound))).toEqual([]);
	expect(found.length).toBeGreaterThan(20);
});
