import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { faults } from "./faults.ts";
import { requiredFaults, rows } from "./required-faults.ts";
import { TestServer } from "./test-server.ts";

describe("bad input and faults", () => {
	test.each(faults)("$fault: $outcome", async ({ environment, check }) => {
		const plume = await TestServer.open(environment ? { environment } : {});
		await check(plume);
		expect(plume.fatal).toBeUndefined();
	});
});

describe("what is required is shown", () => {
	test.each(Object.entries(requiredFaults))("%s", (_, shown) => {
		expect(shown.length).toBeGreaterThan(0);
		const missing = shown.filter((one) =>
			"row" in one
				? !rows.some(({ fault }) => fault === one.row)
				: !readFileSync(one.file, "utf8").includes(one.title),
		);
		expect(missing).toEqual([]);
	});
});
