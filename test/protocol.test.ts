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
