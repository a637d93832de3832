import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// Most of the time a test waits for another process: a server, or a browser.
		maxWorkers: 3,
		testTimeout: 120_000,
		expect: { poll: { timeout: 30_000 } },
		hookTimeout: 120_000,
	},
});
