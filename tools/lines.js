/**
 * Prints how many lines of code each folder has; neither blank ones nor
 * comments count. What people run has a budget: more than that fails.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const BUDGET = 37_066;
const CODE = /\.(?:ts|js|css|html)$/;
const COMMENT = /\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g;

/** @param {string} path */
const linesOf = (path) =>
	readFileSync(path, "utf8")
		.replace(COMMENT, "")
		.split("\n")
		.filter((line) => line.trim() && !line.trim().startsWith("//")).length;

/** @param {number[]} numbers */
const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/** Prints a folder and those in it. @param {string} folder @returns {number} */
function count(folder) {
	const entries = readdirSync(folder, { withFileTypes: true });
	const all = sumOf(
		entries.map((entry) => {
			const path = join(folder, entry.name);
			if (entry.isDirectory()) return count(path);
			return CODE.test(path) ? linesOf(path) : 0;
		}),
	);
	if (all > 0) console.log(`${String(all).padStart(6)}  ${folder}`);
	return all;
}

const sum = sumOf(["machines", "src", "static"].map(count));
console.log(`${String(sum).padStart(6)}  machines, src and static together`);
for (const folder of ["tools", "bench", "test"]) count(folder);
if (sum > BUDGET) {
	console.error(`That is more than the ${BUDGET} lines there may be.`);
	process.exitCode = 1;
}
