import { describe, expect, test } from "vitest";
import { faults } from "./faults.ts";
import { House } from "./house.ts";

describe("bad input and faults", () => {
	test.each(faults)("$fault: $outcome", async ({ environment, check }) => {
		const house = await House.open(environment ? { environment } : {});
		await check(house);
		expect(house.fatal).toBeUndefined();
	});
});
