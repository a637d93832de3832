/** axe-core on a page as it is at the moment, in both themes. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect } from "vitest";
import type { Person } from "./person.ts";

const axe = await readFile(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
	"utf8",
);

/** The rules that a theme can break; all others are about what is the same in both. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** Finds nothing, or tells what. */
export async function check({ page }: Pick<Person, "page">, state: string) {
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
	for (const [colorScheme, rules] of [
		["light", {}],
		["dark", { runOnly: OF_COLOURS }],
	] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		const found: string[] = await page.evaluate(async (rules) => {
			const { violations } = await Reflect.get(window, "axe").run(rules);
			return violations.map(
				({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
					`${id}: ${nodes.map(({ html }) => html).join(" ")}`,
			);
		}, rules);
		expect(found, `${state}, ${colorScheme}`).toEqual([]);
	}
}
