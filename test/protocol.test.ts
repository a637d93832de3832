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
