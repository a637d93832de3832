import { beforeAll, describe, test } from "vitest";
import { checkMounts, realFaults } from "../real-faults.ts";

beforeAll(checkMounts);

describe("faults with their real causes", () => {
	test.each(realFaults)("$fault: $outcome", ({ check }) => check());
});
