/**
 * Old logs mean for ever what they meant. Each folder of `test/golden` is the
 * log of one format, written by the version that introduced it, with the
 * state that it came to then.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "./program.ts";

const GOLDEN = fileURLToPath(new URL("../golden", import.meta.url));

/** Time runs backwards from 1970, and chance always says the same. */
const hostile = `data:text/javascript,${encodeURIComponent(`
	let now = 0;
	Date.now = () => now--;
	performance.now = () => now--;
	Math.random = () => 0.999;
`)}`;

const environments: readonly Readonly<Record<string, string>>[] = [
	{ TZ: "UTC" },
	{ TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" },
	{ TZ: "America/St_Johns", NODE_OPTIONS: `--import ${hostile}` },
];

test.each(readdirSync(GOLDEN))(
	"a log of %s still comes to the state it came to, wherever and whenever it is read",
	async (format) => {
		const folder = join(GOLDEN, format);
		const recorded = JSON.parse(
			readFileSync(join(folder, "state.json"), "utf8"),
		);
		for (const environment of environments) {
			const args = ["replay", folder, "--verify", "--json"];
			const { code, stdout, stderr } = await run(args, environment);
			expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
			expect(JSON.parse(stdout)).toEqual(recorded);
		}
	},
);
