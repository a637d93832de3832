/**
 * What the build makes of the catalogues. The page's calls of a key get the
 * English words in its place, and each other language is a file of its words by
 * the English ones. Plurals are found by their key.
 */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const folder = join(import.meta.dirname, "languages");

/** @typedef {Record<string, string | Record<string, string>>} Catalogue */

/** @param {string} language @returns {Promise<Catalogue>} */
const catalogue = async (language) =>
	JSON.parse(await readFile(join(folder, `${language}.json`), "utf8"));

const languages = async () =>
	(await readdir(folder)).map((file) => basename(file, ".json"));

/** The calls that ask for words, by their key. */
const CALLS = /\b(?:t|nodes)\(\s*"([^"]*)"/g;

const english = await catalogue("en");
const plurals = Object.entries(english).filter(
	([, text]) => typeof text !== "string",
);

/** An esbuild plugin. */
export const inlineEnglish = {
	name: "inline-english",
	/** @param {import("esbuild").PluginBuild} build */
	setup({ onLoad }) {
		onLoad({ filter: /languages\/en\.json$/ }, () => ({
			contents: JSON.stringify(Object.fromEntries(plurals)),
			loader: "json",
		}));
		onLoad({ filter: /static\/[\w-]+\.ts$/ }, async ({ path }) => {
			const source = await readFile(path, "utf8");
			const contents = source.replace(CALLS, (call, key) => {
				const text = english[key];
				if (text === undefined) throw new Error(`there are no words ${key}`);
				return typeof text === "string"
					? call.replace(`"${key}"`, () => JSON.stringify(text))
					: call;
			});
			return { contents, loader: "ts" };
		});
	},
};

/** Writes the catalogues as the page loads them. @param {string} to */
export async function writeCatalogues(to) {
	for (const language of await languages()) {
		if (language === "en") continue;
		const own = Object.entries(await catalogue(language)).map(([key, text]) => {
			const words = english[key];
			const isByKey = key.startsWith("refusal.") || typeof words !== "string";
			return [isByKey ? key : words, text];
		});
		const file = JSON.stringify(Object.fromEntries(own));
		await writeFile(join(to, `${language}.json`), file);
	}
}
