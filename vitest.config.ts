import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		testTimeout: 60_000,
		expect: { poll: { timeout: 10_000 } },
		hookTimeout: 120_000,
	},
});
