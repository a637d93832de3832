/** What fails the build where the page would speak two languages. */

import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
let folder = "";

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "plume-languages-"));
	for (const part of ["static", "machines", "src/engine/refusals.json"])
		await cp(join(root, part), join(folder, part), { recursive: true });
});

/** What is found once a file has other words. */
async function found(file: string, was: string, is: string): Promise<string> {
	const path = join(folder, file);
	const text = await readFile(path, "utf8");
	expect(text).toContain(was);
	await writeFile(path, text.replace(was, is));
	const tool = join(root, "tools/languages.js");
	return new Promise((resolve) =>
		execFile(process.execPath, [tool, folder], (_, stdout) => resolve(stdout)),
	);
}

test.each([
	["a missing word", "de.json", '\t"edit": "Bearbeiten",\n', "", "is missing"],
	["a word too many", "de.json", '"edit"', '"edits"', "is not in en.json"],
	[
		"an unused word",
		"en.json",
		'"edit"',
		'"edits": "?",\n"edit"',
		"nothing asks for edits",
	],
	["English in German", "de.json", "Bearbeiten", "Edit", "still in English"],
	["a missing plural", "ar.json", '"two"', '"both"', 'no plural "two"'],
	["another name for a name", "fr.json", "{name}", "{nom}", "has {nom}"],
])("%s is found", async (_, file, was, is, words) => {
	expect(await found(`static/languages/${file}`, was, is)).toContain(words);
});

test.each([
	["a literal in a script", "dialog.ts", 't("close")', '"Close it now"'],
	["a literal in the markup", "index.html", ">Cancel<", ">Go away<"],
	["a literal in a label", "index.html", '"Send"', '"Send it off"'],
])("%s is found", async (_, file, was, is) => {
	expect(await found(`static/${file}`, was, is)).toContain(
		"is in no catalogue",
	);
});

test("words that are asked for without a name are found", async () => {
	const [was, is] = ['t("go.new", { name })', 't("go.new")'];
	const words = await found("static/key-dialogs.ts", was, is);
	expect(words).toContain('"go.new" is asked for without {name}');
});

test("nothing is found in what is here", async () => {
	expect(await found("static/dialog.ts", "dialog", "dialog")).toBe("");
});
