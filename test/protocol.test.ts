/** PROTOCOL.md says what the code does. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withTables } from "../tools/protocol/tables.ts";

test("the tables of PROTOCOL.md are current (else run `npm run protocol`)", () => {
	const protocol = readFileSync("PROTOCOL.md", "utf8");
	expect(withTables(protocol)).toBe(protocol);
});
