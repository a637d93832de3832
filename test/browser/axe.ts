/** axe-core on a page as it is at the moment, in the modes that change its colours. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect } from "vitest";
import type { Person } from "./person.ts";

const source = await readFile(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
	"utf8",
);

/** Where colours are forced, Chromium still tells the fill of a text as it was, and axe believes that. */
const fill = `{
	const { prototype } = CSSStyleDeclaration;
	const { getPropertyValue: get } = prototype;
	prototype.getPropertyValue = function (name) {
		return get.call(this, name.replace("-webkit-text-fill-", ""));
	};
}`;

/** axe can't tell the background of a block: it does not know that its shadow, a pseudo element, is behind it. */
function contrastCheck(id: string, normal: number, large: number) {
	const contrastRatio = {
		normal: { expected: normal },
		large: { expected: large },
	};
	const font = { boldValue: 700, boldTextPt: 14, largeTextPt: 18 };
	const lines = { shadowOutlineEmMax: 0.2, textStrokeEmMin: 0.03 };
	const ignored = { ignorePseudo: true, ignoreUnicode: true };
	return { id, options: { contrastRatio, ...font, ...lines, ...ignored } };
}
const checks = [
	contrastCheck("color-contrast", 4.5, 3),
	contrastCheck("color-contrast-enhanced", 7, 4.5),
];

/** Nobody reads what was found to be right. */
const ALL = { resultTypes: ["violations", "incomplete"] };
/** The rules that a mode can break; all others are about what is the same in each. */
const OF_COLOURS = {
	...ALL,
	runOnly: ["color-contrast", "link-in-text-block"],
};
/** Seven to one, where more contrast is asked for. */
const ENHANCED = { ...ALL, runOnly: ["color-contrast-enhanced"] };

const light = {
	colorScheme: "light",
	reducedMotion: "reduce",
	forcedColors: "none",
	contrast: "no-preference",
} as const;
const dark = { ...light, colorScheme: "dark" } as const;

export const THEMES = [
	["light", light, ALL],
	["dark", dark, OF_COLOURS],
] as const;

export const HIGH_CONTRAST = [
	["forced colours", { ...dark, forcedColors: "active" }, OF_COLOURS],
	["more contrast", { ...light, contrast: "more" }, ENHANCED],
	["dark, more contrast", { ...dark, contrast: "more" }, ENHANCED],
] as const;

type Mode = (typeof THEMES | typeof HIGH_CONTRAST)[number];

/** The folder for a picture of each state in each mode, if there are to be any. */
const { TEST_LOOKS } = process.env;

/** Finds nothing, or tells what. */
export async function check(
	{ page }: Pick<Person, "page">,
	state: string,
	modes: readonly Mode[] = THEMES,
) {
	if (!(await page.evaluate(() => "axe" in window)))
		await page.evaluate(
			`${fill}${source};axe.configure(${JSON.stringify({ checks })})`,
		);
	for (const [mode, media, rules] of modes) {
		await page.emulateMedia(media);
		const found: string[] = await page.evaluate(async (rules) => {
			type Result = { id: string; error?: object; nodes: { html: string }[] };
			// What is behind a dialog was looked at before that was open.
			const dialogs = [...document.querySelectorAll("dialog[open]")];
			const where = "runOnly" in rules ? dialogs.at(-1) : undefined;
			const axe = Reflect.get(window, "axe");
			const { violations, incomplete } = await axe.run(
				where ?? document,
				rules,
			);
			const failed = incomplete.filter(({ error }: Result) => error);
			return [...violations, ...failed].map(
				({ id, nodes }: Result) =>
					`${id}: ${nodes.map(({ html }) => html).join(" ")}`,
			);
		}, rules);
		const name = `${state} ${mode}`.replaceAll(/\W+/g, "-");
		if (TEST_LOOKS)
			await page.screenshot({ path: `${TEST_LOOKS}/${name}.png` });
		expect.soft(found, `${state}, ${mode}`).toEqual([]);
	}
}
