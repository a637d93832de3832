import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// Half of the time a test waits for another process: a server, or a browser.
		maxWorkers: 2,
		testTimeout: 60_000,
		expect: { poll: { timeout: 10_000 } },
		hookTimeout: 120_000,
	},
});
