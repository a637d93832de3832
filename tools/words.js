/**
 * Fails where a name or a comment falls back into words of our own: a reader
 * who knows WebSockets, event sourcing and XState knows every name before
 * opening the file. Each word here has a standard one that says the same.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

/** As whole identifiers and file names, whatever their capitals. */
const OLD = new Set(
	`announce attention awake between carrier cast clip complete deed doubt door
	envelope face film follow footage gossip heed held hint house intake jumps
	keeper kept lone onGathered onlooker outlet owe pace parcel passing
	place portion prove pulse reel roster spared standing tally tap thaw theatre
	told tray turnAway unsaid unseen visit wake watchers`
		.toLowerCase()
		.split(/\s+/),
);
/** These named types of our own; in small letters they are plain verbs and nouns. */
const OLD_TYPES = new Set("Frozen Gate Look Mark Signal Take".split(" "));
/** The same letters with another meaning. */
const EXCEPTIONS = [
	["envelope", /^test\/mail\//], // SMTP's word for who sends and who receives
	["tap", /^test\/browser\//], // a finger on a phone
	["follow", /^(src|test)\/cli\//], // `plume replay --follow`
];

const FOLDERS = ["machines", "src", "static", "test", "tools", "bench"];
const CODE = new Set([".ts", ".js", ".css", ".html"]);

/** @param {string} folder @returns {string[]} */
const filesIn = (folder) =>
	readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return filesIn(path);
		return CODE.has(extname(path)) ? [path] : [];
	});

/** @param {string} word @param {string} file */
function isOld(word, file) {
	if (OLD_TYPES.has(word)) return true;
	const plain = word.toLowerCase();
	const isListed = OLD.has(plain) || OLD.has(plain.replace(/s$/, ""));
	return (
		isListed &&
		!EXCEPTIONS.some(([name, where]) => plain === name && where.test(file))
	);
}

const TOKENS =
	/(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|(?<=[(=,:]\s?)\/(?:[^/\\\n[]|\\.|\[[^\]\n]*\])+\/|([A-Za-z_$][\w$]*)/g;

const found = [];
for (const file of FOLDERS.flatMap(filesIn)) {
	const name = basename(file).split(".")[0] ?? "";
	if (isOld(name, file)) found.push(`${file}: the file is named "${name}"`);
	const isScript = [".ts", ".js"].includes(extname(file));
	if (file.startsWith("test/mutants/")) continue;
	const text = readFileSync(file, "utf8");
	for (const { 1: comment, 2: word, index } of text.matchAll(TOKENS)) {
		const say = (/** @type {string} */ what) =>
			found.push(`${file}:${text.slice(0, index).split("\n").length}: ${what}`);
		if (isScript && word && isOld(word, file)) say(`"${word}" is an old word`);
		if (!comment) continue;
		if (/^[\s/*]*Of\b/.test(comment)) say('a comment begins with "Of"');
		if (/\bwhoever\b/i.test(comment)) say('a comment hangs on "whoever"');
	}
}
for (const line of found) console.log(line);
if (found.length > 0) process.exitCode = 1;
