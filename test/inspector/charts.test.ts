/** The diagrams in ARCHITECTURE.md show the machines as they are now. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawCharts } from "../../tools/charts/charts.ts";

test("the charts are current; else run `npm run charts`", async () => {
	const architecture = readFileSync("ARCHITECTURE.md", "utf8");
	for (const [file, svg] of await drawCharts()) {
		if (file.endsWith(".svg"))
			expect(architecture).toContain(`(docs/charts/${file})`);
		const saved = readFileSync(`docs/charts/${file}`, "utf8");
		expect(saved === svg, file).toBe(true);
	}
});
