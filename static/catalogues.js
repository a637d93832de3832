/**
 * What the build makes of the catalogues. A script asks for its words by their
 * number in a list, and what the markup, the machine and the server say is
 * looked up by its English words. Each language is two files: the words of the
 * first load, and those of the parts that are loaded later.
 */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import refusals from "../src/engine/refusals.json" with { type: "json" };
import { wordsKey } from "./words-key.js";

const folder = join(import.meta.dirname, "languages");

/** @typedef {Record<string, string | Record<string, string>>} Catalogue */

/** @param {string} language @returns {Promise<Catalogue>} */
const catalogue = async (language) =>
	JSON.parse(await readFile(join(folder, `${language}.json`), "utf8"));

/** The calls that ask for words, by their key. */
const CALLS = /\b(t|nodes)\(\s*"([^"]*)"/g;
/** How a bundle has such a key. */
const MARKED = /(["'`])words:([^"'`]*)\1/g;

/** Markup without its indentation and comments. @param {string} file */
export const markup = async (file) =>
	(await readFile(file, "utf8")).replace(/^\t+|<!--[\s\S]*?-->\n/gm, "");

/** A plugin that marks the keys, and leaves English to its files. */
export const markKeys = {
	name: "mark-keys",
	/** @param {string} id */
	async load(id) {
		if (id.endsWith("languages/en.json"))
			return { code: "export default {}", moduleType: "js" };
		if (!/static\/[\w-]+\.ts$/.test(id)) return undefined;
		const code = await readFile(id, "utf8");
		return { code: code.replace(CALLS, '$1("words:$2"'), moduleType: "ts" };
	},
};

/** Puts the number of each key where it is marked; a new key takes the next. @param {string} code @param {string[]} keys */
export const numbered = (code, keys) =>
	code.replace(MARKED, (_, __, key) => {
		const at = keys.indexOf(key);
		return String(at < 0 ? keys.push(key) - 1 : at);
	});

/**
 * Writes the catalogues as the page loads them. Each part has the words of its
 * keys, and those that are looked up: what its markup says, what the machine
 * says in the first, and in the others what the server says.
 * @param {string} to @param {string} mark
 * @param {{ name: string, keys: readonly string[], html: string }[]} parts
 */
export async function writeCatalogues(to, mark, parts) {
	const english = await catalogue("en");
	for (const [rule, text] of Object.entries(refusals))
		english[`refusal.${rule}`] = text;
	for (const file of await readdir(folder))
		for (const { name, keys, html } of parts) {
			const language = basename(file, ".json");
			const words = await catalogue(language);
			const texts = new Set(html.split(/\s*[<>"]\s*/));
			const said = name ? /^(refusal|close)\./ : /^machine\./;
			const looked = new Map();
			for (const [key, text] of Object.entries(english)) {
				if (language === "en") continue;
				if (!said.test(key) && !texts.has(text)) continue;
				const short = wordsKey(key.startsWith("refusal.") ? key : text);
				if (looked.has(short)) throw new Error(`say ${key} in other words`);
				looked.set(short, words[key]);
			}
			const content = [
				keys.map((key) => words[key]),
				Object.fromEntries(looked),
			];
			await writeFile(
				join(to, `${language}${name}${mark}.json`),
				JSON.stringify(content),
			);
		}
}
