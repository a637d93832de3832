/**
 * Prints how many lines of code each folder has; neither blank ones nor
 * comments count. What people run has a budget: more than that fails.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const BUDGET = 19_100;
const CODE = /\.(?:ts|js|css|html)$/;
const COMMENT = /\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g;

/** @param {string} path */
const linesOf = (path) =>
	readFileSync(path, "utf8")
		.replace(COMMENT, "")
		.split("\n")
		.filter((line) => line.trim() && !line.trim().startsWith("//")).length;

/** Prints a folder and those in it. @param {string} folder @returns {number} */
function count(folder) {
	const entries = readdirSync(folder, { withFileTypes: true });
	const files = entries.filter(({ name }) => CODE.test(name));
	const own = files.reduce(
		(sum, { name }) => sum + linesOf(join(folder, name)),
		0,
	);
	const sums = entries
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => count(join(folder, name)));
	const all = sums.reduce((sum, lines) => sum + lines, own);
	if (all > 0) console.log(`${String(all).padStart(6)}  ${folder}`);
	return all;
}

const program = ["machines", "src", "static"].map(count);
const sum = program.reduce((all, lines) => all + lines, 0);
console.log(`${String(sum).padStart(6)}  machines, src and static together`);
for (const folder of ["tools", "bench", "test"]) count(folder);
if (sum > BUDGET) {
	console.error(`That is more than the ${BUDGET} lines there may be.`);
	process.exitCode = 1;
}
