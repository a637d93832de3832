import { describe, expect, test } from "vitest";
import { faults } from "./faults.ts";
import { TestServer } from "./test-server.ts";

describe("bad input and faults", () => {
	test.each(faults)("$fault: $outcome", async ({ environment, check }) => {
		const plume = await TestServer.open(environment ? { environment } : {});
		await check(plume);
		expect(plume.fatal).toBeUndefined();
	});
});
