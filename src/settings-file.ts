/**
 * The settings file that PLUME_CONFIG names: lines of KEY=value, read as
 * systemd reads an EnvironmentFile. A value in which a shell, Node or a person
 * would see something else (a backslash, a comment behind it) is refused.
 */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import {
	ConfigError,
	type Environment,
	explainUnknown,
	limitVariables,
	settingVariables,
} from "./config.ts";
import { messageOf } from "./log/disk.ts";

const variables = [...settingVariables, ...limitVariables];

/**
 * The environment with the settings of the file that its PLUME_CONFIG names,
 * if any. A variable that is set wins over the file. Reads the file anew at
 * each call. Throws `ConfigError`, which names the file and the line.
 */
export function loadEnvironment(environment: Environment): Environment {
	const path = environment.PLUME_CONFIG?.trim();
	if (!path) return environment;
	const { text, mode } = readOwn(path);
	const settings = parseSettings(text, path);
	const isPublic = (mode & 0o077) !== 0;
	const secret = variables.find(
		({ name, isSecret }) => isSecret && settings[name]?.trim(),
	);
	if (secret && isPublic)
		throw new ConfigError(
			`${path} has ${secret.name} in it, and others may read it (mode ${(mode & 0o777).toString(8)}): chmod 600 it, or move that line to a credential.`,
		);
	const given = Object.entries(environment).filter(isGiven);
	return { ...environment, ...settings, ...Object.fromEntries(given) };
}

/** As where variables are read: an empty one counts as not set, and so does ENV if it is a shell's path. */
const isGiven = ([name, value = ""]: readonly [string, string | undefined]) =>
	name === "PLUME_ALLOW" ||
	(value.trim() !== "" && !(name === "ENV" && value.includes("/")));

function readOwn(path: string) {
	try {
		const file = openSync(path, "r");
		try {
			const bytes = readFileSync(file);
			const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
			return { text, mode: fstatSync(file).mode };
		} finally {
			closeSync(file);
		}
	} catch (error) {
		throw new ConfigError(
			`PLUME_CONFIG: ${path} can't be read (${Object(error).code}): name a file of UTF-8 text that this user may read.`,
		);
	}
}

/** Throws `ConfigError` for the first line that is wrong; it quotes no value but that of a setting which is no secret. */
export function parseSettings(text: string, path: string): Environment {
	const lines = new Map<string, number>();
	const settings = text.split(/\r?\n/).flatMap((line, index) => {
		if (/^\s*([#;].*)?$/.test(line)) return [];
		try {
			const [key, value] = parseLine(line);
			const before = lines.get(key);
			if (before) throw new ConfigError(`${key} is on line ${before}, too.`);
			lines.set(key, index + 1);
			return [[key, value]];
		} catch (error) {
			const where = `${path}, line ${index + 1}`;
			throw new ConfigError(`${where}: ${messageOf(error)}`);
		}
	});
	return Object.fromEntries(settings);
}

function parseLine(line: string): readonly [string, string] {
	const [, key, written = ""] =
		/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
	if (!key) throw new ConfigError("say KEY=value, or begin a comment with #.");
	const variable = variables.find(({ name }) => name === key);
	if (key === "PLUME_CONFIG")
		throw new ConfigError("a settings file can't name another one.");
	// Nothing else is read from this file, so that is always a mistake.
	if (!variable) throw new ConfigError(explainUnknown(key));
	const value = unquoted(written);
	if (value === undefined)
		throw new ConfigError(
			`the value of ${key} can be read in two ways: write it in 'single quotes', and a comment on a line of its own.`,
		);
	if (value.trim() || key === "PLUME_ALLOW") variable.parse(value.trim(), key);
	return [key, value];
}

/** Undefined if the value is not read alike everywhere. */
function unquoted(written: string): string | undefined {
	const [, literal] = /^'([^']*)'$/.exec(written) ?? [];
	const [, escaped] = /^"((?:[^"\\$`]|\\["\\$`])*)"$/.exec(written) ?? [];
	const [plain] = /^(?!['"#])(?!.*\s#)[^\\]*$/.exec(written) ?? [];
	return literal ?? escaped?.replace(/\\(.)/g, "$1") ?? plain;
}
