/**
 * Fails where the server's words are not in every language: a key that is
 * missing or that nobody uses, a category of number that is missing, other
 * parameters than the English text has, a text that is still English, or
 * words that stand in the code itself.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

/** @typedef {Readonly<Record<string, string | Readonly<Record<string, string>>>>} Catalogue */

/** Texts that are the same in English: `language key`. */
const SAME = new Set(["de in.room"]);
/** The code makes these keys of parts. */
const MADE = /^(in|into|you)\./;
/** Strings with a space that nobody is shown, or that are typed as they are. */
const NOT_WORDS = [
	/^(margin|display):/, // styles
	/^plume \0/, // a command
	/^a (login code|message) (was not mailed|could not be read)$/, // for the operator
];

const FOLDER = "src/languages";
/** Where people are told something. */
const SPEAKERS = [
	"src/mail/login-mail.ts",
	"src/chat/bot.ts",
	"src/engine/attachments.ts",
	"src/engine/effects.ts",
	"src/engine/logins.ts",
	"src/engine/moderation.ts",
	"src/engine/commands/moderate.ts",
	"src/engine/commands/room-retention.ts",
	"src/engine/commands/sanction.ts",
];

/** @param {Catalogue[string] | undefined} entry @returns {string[]} */
const textsOf = (entry = "") =>
	typeof entry === "string" ? [entry] : Object.values(entry);

/** @param {Catalogue[string] | undefined} entry */
const paramsOf = (entry) =>
	[
		...new Set(
			textsOf(entry)
				.join()
				.match(/\{\w+\}/g),
		),
	]
		.sort()
		.join(" ");

/** @param {string} text */
const hasWords = (text) => /\p{L}/u.test(text.replace(/\{\w+\}/g, ""));

/**
 * What is wrong with one language.
 * @param {string} language @param {Catalogue} catalogue @param {Catalogue} english
 */
export function faultsIn(language, catalogue, english) {
	/** @type {string[]} */
	const faults = [];
	for (const key of Object.keys(catalogue))
		if (!(key in english)) faults.push(`${key} is not in English`);
	const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
	for (const [key, original] of Object.entries(english)) {
		const entry = catalogue[key];
		if (entry === undefined) {
			faults.push(`${key} is missing`);
			continue;
		}
		if (textsOf(entry).some((text) => text === ""))
			faults.push(`${key} is empty`);
		if (typeof entry !== typeof original)
			faults.push(`${key} has plural forms in one language only`);
		else if (typeof entry === "object") {
			const has = Object.keys(entry).sort().join(" ");
			const needs = [...pluralCategories].sort().join(" ");
			if (has !== needs) faults.push(`${key} has ${has}, and needs ${needs}`);
		}
		const [has, needs] = [paramsOf(entry), paramsOf(original)];
		if (has !== needs) faults.push(`${key} has ${has}, and needs ${needs}`);
		const isSame = textsOf(entry).some((text) =>
			textsOf(original).some((other) => text === other && hasWords(text)),
		);
		if (isSame && language !== "en" && !SAME.has(`${language} ${key}`))
			faults.push(`${key} is still English`);
	}
	return faults;
}

const TOKENS =
	/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\[\s\S])*)`/g;

/** The strings of a program that look like words for people. @param {string} code */
export function wordsIn(code) {
	return [...code.matchAll(TOKENS)].flatMap(([, plain, template]) => {
		const text = (plain ?? template ?? "")
			.replace(/\\n/g, "\n")
			.replace(/\$\{[^}]*\}/g, "\0")
			.replace(/<[^>]*>/g, "");
		const isWords = /\p{L}\s|\s\p{L}|\p{L}[.!?]$/u.test(text);
		const isListed = NOT_WORDS.some((one) => one.test(text));
		return isWords && !isListed ? [text.replaceAll("\0", "…")] : [];
	});
}

/** The rules by which the bot refuses what it is told. */
const REFUSALS = /\b(?:cannot|answer|clear)\("(\w+)"\)|refused: "(\w+)"/g;
const REFUSING = [
	...SPEAKERS,
	"src/engine/erasures.ts",
	"src/engine/commands/erase.ts",
];
/** The bot says "act.noMessage" for it. */
const SAID_OTHERWISE = "refused.placeIsKnown";

/** @param {string} path */
const refusalsIn = (path) =>
	[...readFileSync(path, "utf8").matchAll(REFUSALS)].map(
		([, thrown, answered]) => `refused.${thrown ?? answered}`,
	);

/** @param {string} folder @returns {string[]} */
const codeIn = (folder) =>
	readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return codeIn(path);
		return path.endsWith(".ts") ? [readFileSync(path, "utf8")] : [];
	});

function faults() {
	const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
	/** @type {Map<string, Catalogue>} */
	const all = new Map(
		files.map((name) => [
			basename(name, ".json"),
			JSON.parse(readFileSync(join(FOLDER, name), "utf8")),
		]),
	);
	const english = all.get("en") ?? {};
	const code = codeIn("src").join("\n");
	const refusals = new Set(REFUSING.flatMap(refusalsIn));
	const isUsed = (/** @type {string} */ key) =>
		MADE.test(key) || refusals.has(key) || code.includes(`"${key}"`);
	const unused = Object.keys(english).filter((key) => !isUsed(key));
	const lacking = [...refusals].filter(
		(key) => !(key in english) && key !== SAID_OTHERWISE,
	);
	return [
		...[...all].flatMap(([language, catalogue]) =>
			faultsIn(language, catalogue, english).map(
				(fault) => `${FOLDER}/${language}.json: ${fault}`,
			),
		),
		...lacking.map((key) => `${FOLDER}/en.json: ${key} is missing`),
		...unused.map((key) => `${FOLDER}/en.json: nobody uses ${key}`),
		...SPEAKERS.flatMap((path) =>
			wordsIn(readFileSync(path, "utf8")).map(
				(words) => `${path}: "${words}" belongs in ${FOLDER}`,
			),
		),
	];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	const found = faults();
	for (const line of found) console.error(line);
	if (found.length > 0) process.exitCode = 1;
}
