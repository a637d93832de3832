/**
 * Fails where the page would speak two languages: words that a catalogue lacks,
 * or that no catalogue has. English says which words there are. Takes the folder
 * to look at, by default this one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const root = process.argv[2] ?? ".";
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), "utf8");
/** @param {RegExp} names */
const filesIn = (names) =>
	readdirSync(join(root, "static")).filter((name) => names.test(name));

/** @typedef {string | Record<string, string>} Text */

/** @type {string[]} */
const found = [];
const catalogues = new Map(
	readdirSync(join(root, "static/languages")).map((file) => {
		/** @type {Record<string, Text>} */
		const words = JSON.parse(read(`static/languages/${file}`));
		return [basename(file, ".json"), words];
	}),
);
const english = catalogues.get("en") ?? {};
/** The server's words are the English ones. @type {Record<string, string>} */
const refusals = JSON.parse(read("src/engine/refusals.json"));
for (const [rule, text] of Object.entries(refusals))
	english[`refusal.${rule}`] = text;
/** @type {Map<Text, string>} */
const keys = new Map(
	Object.entries(english).flatMap(([key, text]) =>
		key.startsWith("refusal.") ? [] : [[text, key]],
	),
);
/** The keys that something asks for. @type {Set<string>} */
const used = new Set(Object.keys(refusals).map((rule) => `refusal.${rule}`));

/** These are the same words in another language. */
const SAME = {
	de: "html.code html.emoji html.name machine.offline menu.room notify.title",
	fr: "html.code html.log html.notifications",
};
/** No person reads these; names of keys on the keyboard, attributes and selectors. */
const EXCEPTIONS = new Set(
	`Alt+Shift+↑, ↓|Alt+↑, Alt+↓|ArrowDown|ArrowUp|Authorization|Bearer |Ctrl K|
	Ctrl+K|Delete|Enter|Esc|Escape|Files|Home|Notification|Page Up, Page Down|PageDown|PageUp|
	Plume|Plume needs JavaScript.|If nothing comes, load this page again.|plume-MARK |Retry-After|Tab|The page has no |added|
	a, button, summary|article, button, summary|came in|came in and left|client |en de fr es pt ja ar|end|entered entered|
	entered left|left and came back|left entered|left left|lobby|noopener noreferrer|
	not all|plume |r, e, Delete`
		.split("|")
		.map((one) => one.replace(/^\n\t/, "")),
);

/** @param {string} text */
const paramsOf = (text) =>
	[...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name))]
		.sort()
		.join();
/** @param {Text} text @returns {string} */
const main = (text) => (typeof text === "string" ? text : (text.other ?? ""));

/** @param {string} language @param {Record<string, Text>} words */
function compare(language, words) {
	const same = Reflect.get(SAME, language)?.split(" ") ?? [];
	const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
	for (const key of new Set([...Object.keys(english), ...Object.keys(words)])) {
		const [from, text] = [english[key], words[key]];
		const say = (/** @type {string} */ what) =>
			found.push(`${language}.json: ${key}: ${what}`);
		if (from === undefined || text === undefined) {
			say(from ? "is missing" : "is not in en.json");
			continue;
		}
		if (paramsOf(main(text)) !== paramsOf(main(from)))
			say(`has {${paramsOf(main(text))}} for {${paramsOf(main(from))}}`);
		if (typeof text !== "string") {
			for (const category of pluralCategories)
				if (!text[category]) say(`has no plural "${category}"`);
			if (!paramsOf(main(text))) say("has a plural of nothing");
		} else if (typeof from !== "string" && pluralCategories.length > 1)
			say("is no plural");
		if (language === "en" || same.includes(key)) continue;
		if (main(text) === main(from)) say("is still in English");
	}
}

/** Strings, and the parts of templates, that are in no comment. */
const TOKENS =
	/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\[\s\S])*)`|(?<=[(=,:]\s?)\/(?:[^/\\\n[]|\\.|\[[^\]\n]*\])+\//g;
/** The second parameter is the rest of the statement, which names the others. */
const CALLS = /\b(?:t|nodes)\(\s*"([^"]*)"(?=([^;]*))/g;
const WORDS = /\p{L}\p{L}.* |^\p{Lu}\p{Ll}+\W?$|\p{L}…/u;
const styles = new Set(
	filesIn(/\.css$/).flatMap((file) =>
		[...read(`static/${file}`).matchAll(/\.([a-z][\w-]*)/g)].map(
			([, name]) => name,
		),
	),
);

/** Selectors, drawings, and lists of classes. @param {string} text */
const isForMachines = (text) =>
	/^[#.[:]|^M\d|[>[(]|\b(?:NAME|OFFSET)\b/.test(text) ||
	text
		.trim()
		.split(" ")
		.every((word) => styles.has(word));

/** @param {string} file */
function script(file) {
	const source = read(`static/${file}`);
	for (const [, key = "", rest = ""] of source.matchAll(CALLS)) {
		const text = english[key];
		if (text === undefined) found.push(`${file}: there are no words "${key}"`);
		else used.add(key);
		const named = paramsOf(main(text ?? ""))
			.split(",")
			.filter(Boolean);
		const isListed = /^,\s*\{/.test(rest);
		for (const name of named)
			if (!/^,/.test(rest) || (isListed && !rest.includes(name)))
				found.push(`${file}: "${key}" is asked for without {${name}}`);
	}
	for (const [, string, template] of source.matchAll(TOKENS))
		for (const part of string?.split("\n") ??
			template?.split(/\$\{[^}]*\}/) ??
			[])
			if (WORDS.test(part) && !EXCEPTIONS.has(part) && !isForMachines(part))
				found.push(`${file}: "${part}" is in no catalogue`);
}

/** @param {string} file */
function markup(file) {
	const page = read(`static/${file}`).replace(/<!--[\s\S]*?-->/g, "");
	const texts = page.matchAll(/>([^<]+)</g);
	const attributes = page.matchAll(
		/ (?:aria-label|placeholder|title)="(.+?)"/g,
	);
	for (const [, text = ""] of [...texts, ...attributes])
		isKnown(text.trim(), file);
}

/** @param {string} text @param {string} file */
function isKnown(text, file) {
	const key = keys.get(text);
	if (key) used.add(key);
	else if (/\p{L}/u.test(text) && !EXCEPTIONS.has(text))
		found.push(`${file}: "${text}" is in no catalogue`);
}

for (const [language, words] of catalogues) compare(language, words);
for (const file of filesIn(/\.ts$|^sw\.js$/)) script(file);
for (const file of filesIn(/\.html$/)) markup(file);
// What the page machine says stands in capitals and ends in a stop.
for (const file of ["message.ts", "page.ts", "page-guards.ts"])
	for (const [, text = ""] of read(`machines/${file}`).matchAll(
		/"([A-Z][^"\n]*\.)"/g,
	))
		isKnown(text, file);
// The build finds the words of other languages by the English ones.
for (const [key, text] of Object.entries(english))
	if (!key.startsWith("refusal.") && keys.get(text) !== key)
		found.push(`en.json: ${key} says the same as ${keys.get(text)}`);
for (const key of Object.keys(english))
	if (!used.has(key)) found.push(`en.json: nothing asks for ${key}`);

for (const line of found) console.log(line);
if (found.length > 0) process.exitCode = 1;
