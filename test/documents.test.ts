/** Files, functions and links that the documents name exist. */
import { execSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { VERSION } from "../src/version.ts";

const documents = [".", "docs", "bench"].flatMap((folder) =>
	readdirSync(folder)
		.filter((name) => name.endsWith(".md"))
		.map((name) => join(folder, name)),
);
const PATH = "(?:src|machines|static|test|tools|bench|docs|ops)/[\\w./-]*";
const FILE = new RegExp(`\`(${PATH})\``, "g");
/** As in the way of one message: file → function. */
const FUNCTION = new RegExp(`\`(${PATH})\` → \`([\\w.#]+)\``, "g");
const LINK = /\]\((?!https?:)([^)#]+)/g;

describe.each(documents)("%s", (document) => {
	const text = readFileSync(document, "utf8");

	test("names only files that exist", () => {
		const named = [...text.matchAll(FILE)].map(([, path = ""]) => path);
		const linked = [...text.matchAll(LINK)].map(([, path = ""]) =>
			join(dirname(document), path),
		);
		const missing = [...named, ...linked].filter((path) => !existsSync(path));
		expect(missing).toEqual([]);
	});

	test("names only functions that their files have", () => {
		const missing = [...text.matchAll(FUNCTION)].filter(
			([, path = "", name = ""]) => {
				const word = name.split(/[.#]/).at(-1) ?? "";
				return !readFileSync(path, "utf8").includes(word);
			},
		);
		expect(missing.map(([match]) => match)).toEqual([]);
	});
});

test("this version has an entry in the changes, which says whether it can be rolled back", () => {
	const { version } = JSON.parse(readFileSync("package.json", "utf8"));
	expect(version).toBe(VERSION);
	const [, ...entries] = readFileSync("CHANGELOG.md", "utf8").split("\n## ");
	expect(entries[0]?.split("\n")[0]).toBe(version);
	for (const entry of entries)
		expect(entry).toMatch(/^\d+\.\d+\.\d+\n\nRollback: \S.*\.\n/);
});

test("the README has fewer than 1,000 words", () => {
	const words = readFileSync("README.md", "utf8").split(/\s+/).length;
	expect(words).toBeLessThan(1000);
});

test("npm start says how long it takes before it builds", () => {
	const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
	const [first = "", next] = scripts.start.split(" && ");
	expect(execSync(first, { encoding: "utf8" })).toBe(
		"Building Plume: half a minute or less.\n",
	);
	expect(next).toBe("npm run --silent build");
});
