import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** A file that puts something in the place of a module, a global or the clock has a process to itself. */
const alone = readdirSync("test", { recursive: true, encoding: "utf8" })
	.filter((name) => name.endsWith(".test.ts"))
	.map((name) => `test/${name}`)
	.filter((file) =>
		/\bvi\.(mock|stub|useFake)/.test(readFileSync(file, "utf8")),
	);

export default defineConfig({
	test: {
		// Most of the time a test waits for another process: a server, or a browser.
		maxWorkers: 3,
		testTimeout: 120_000,
		expect: { poll: { timeout: 30_000 } },
		hookTimeout: 120_000,
		projects: [
			{
				extends: true,
				test: {
					name: "together",
					include: ["test/**/*.test.ts"],
					exclude: alone,
					isolate: false,
				},
			},
			{ extends: true, test: { name: "with mocks", include: alone } },
		],
	},
});
