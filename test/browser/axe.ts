/** axe-core on a page as it is at the moment, in both themes. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect } from "vitest";
import type { Person } from "./person.ts";

const axe = await readFile(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
	"utf8",
);

/** Finds nothing, or tells what. */
export async function check({ page }: Pick<Person, "page">, state: string) {
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
	for (const colorScheme of ["light", "dark"] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		const found: string[] = await page.evaluate(async () => {
			const { violations } = await Reflect.get(window, "axe").run();
			return violations.map(
				({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
					`${id}: ${nodes.map(({ html }) => html).join(" ")}`,
			);
		});
		expect(found, `${state}, ${colorScheme}`).toEqual([]);
	}
}
