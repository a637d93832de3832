/**
 * The command line: which command, with which flags. A flag is a variable
 * said differently, and stands above it.
 */
import { parseArgs } from "node:util";
import {
	ConfigError,
	type Environment,
	flagOf,
	limitVariable,
	settingTable,
} from "../config.ts";
import { limitTable } from "../limits.ts";

export type Command =
	| { readonly name: "help"; readonly of: "plume" | "serve" | "replay" }
	| { readonly name: "version" }
	| {
			readonly name: "serve";
			readonly environment: Environment;
			readonly acceptClock: boolean;
	  }
	| {
			readonly name: "replay";
			readonly source: string | undefined;
			readonly until: Until | undefined;
			readonly json: boolean;
			readonly verify: boolean;
	  };

/** The last event wanted: by position, or by time in milliseconds since 1970. */
export type Until = { readonly seq: number } | { readonly time: number };

/** Every variable that has a flag. */
const flagged: readonly string[] = [
	...Object.keys(settingTable).filter((name) => !settingTable[name]?.secret),
	...Object.keys(limitTable).map(limitVariable),
];

const boolean = { type: "boolean" } as const;
const string = { type: "string" } as const;

/** Throws `ConfigError` with words that say what to type instead. */
export function parseCommand(
	args: readonly string[],
	environment: Environment,
): Command {
	const [first = "serve", ...rest] = args;
	if (first === "replay") return parseReplay(rest);
	if (first === "serve") return parseServe(rest, environment);
	if (first === "--help" || first === "-h" || first === "help")
		return { name: "help", of: "plume" };
	if (first === "--version") return { name: "version" };
	if (first.startsWith("-")) return parseServe(args, environment);
	throw new ConfigError(`There is no command "${first}". Try plume --help.`);
}

function parseServe(
	args: readonly string[],
	environment: Environment,
): Command {
	const options = Object.fromEntries(
		flagged.map((variable) => [flagOf(variable), string]),
	);
	const { values } = parse("serve", args, false, {
		...options,
		"accept-clock": boolean,
	});
	if (values.help) return { name: "help", of: "serve" };
	const given = flagged.flatMap((variable) => {
		const value = values[flagOf(variable)];
		return typeof value === "string" ? [[variable, value]] : [];
	});
	return {
		name: "serve",
		environment: { ...environment, ...Object.fromEntries(given) },
		acceptClock: values["accept-clock"] === true,
	};
}

function parseReplay(args: readonly string[]): Command {
	const { values, positionals } = parse("replay", args, true, {
		to: string,
		json: boolean,
		verify: boolean,
	});
	if (values.help) return { name: "help", of: "replay" };
	if (positionals.length > 1)
		throw new ConfigError(
			"plume replay takes one LOG. Try plume replay --help.",
		);
	return {
		name: "replay",
		source: positionals[0],
		until: typeof values.to === "string" ? parseUntil(values.to) : undefined,
		json: values.json === true,
		verify: values.verify === true,
	};
}

function parse(
	command: string,
	args: readonly string[],
	allowPositionals: boolean,
	options: Readonly<Record<string, typeof boolean | typeof string>>,
): {
	readonly values: Readonly<Record<string, unknown>>;
	readonly positionals: readonly string[];
} {
	try {
		return parseArgs({
			args: [...args],
			options: { ...options, help: { type: "boolean", short: "h" } },
			allowPositionals,
		});
	} catch (error) {
		const why = error instanceof Error ? error.message.split(". ")[0] : error;
		throw new ConfigError(`${why}. Try plume ${command} --help.`);
	}
}

function parseUntil(text: string): Until {
	if (/^\d+$/.test(text)) return { seq: Number(text) };
	const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
	if (!Number.isNaN(time)) return { time };
	throw new ConfigError(
		`--to is "${text}": say the number of an event, or a time like 2026-01-31T12:00:00Z.`,
	);
}
