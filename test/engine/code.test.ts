/** What the log holds of a login code: enough to check it, and nothing to compare it by. */
import { expect, test } from "vitest";
import { Secrets } from "../../src/engine/secrets.ts";
import { seededBytes } from "../test-server.ts";

test("the same code has another MAC in each login, as under each secret", () => {
	const [here, there] = ["one secret", "another secret"].map(
		(secret) => new Secrets(secret, seededBytes("seed")),
	);
	if (!here || !there) throw new Error("two secrets make two of them");
	const macs = [
		here.codeMac("one login", "ABC123"),
		here.codeMac("another login", "ABC123"),
		there.codeMac("one login", "ABC123"),
	];
	expect(new Set(macs).size).toBe(3);
	expect(here.codeMac("one login", "ABC123")).toBe(macs[0]);
});
