import { defineConfig } from "vitest/config";

/** What takes minutes and is run by hand: `npm run kills`, `npm run soak`. */
export default defineConfig({
	test: {
		include: ["test/**/*.long.ts"],
		testTimeout: 3_600_000,
		hookTimeout: 3_600_000,
	},
});
