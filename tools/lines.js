/** Prints how many lines of code each folder has: neither blank ones nor comments count. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CODE = /\.(?:ts|js|css|html)$/;
const COMMENT = /\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g;
/** What people run; its sum is what each part of the work may add to. */
const PROGRAM = ["machines", "src", "static"];

/** @param {string} folder */
function linesIn(folder) {
	let lines = 0;
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) lines += linesIn(path);
		else if (CODE.test(entry.name))
			lines += readFileSync(path, "utf8")
				.replace(COMMENT, "")
				.split("\n")
				.filter((line) => line.trim() && !line.trim().startsWith("//")).length;
	}
	return lines;
}

const program = PROGRAM.map((folder) => ({ folder, lines: linesIn(folder) }));
const sum = program.reduce((all, { lines }) => all + lines, 0);
const others = ["tools", "bench", "test"].map((folder) => ({
	folder,
	lines: linesIn(folder),
}));
for (const { folder, lines } of program) console.log(`${folder}: ${lines}`);
console.log(`together: ${sum} lines of code`);
for (const { folder, lines } of others) console.log(`${folder}: ${lines}`);
