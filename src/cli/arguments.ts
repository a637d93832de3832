/**
 * The command line: which command, with which flags. A flag is a variable
 * said differently, and stands above it.
 */
import type { Accepts } from "../config.ts";
import { limitTable } from "../limits.ts";
import {
	ConfigError,
	type Environment,
	flagOf,
	limitVariable,
	settingTable,
} from "../settings.ts";
import { boolean, parseFlags, string } from "./flags.ts";
import { type LogCommand, logCommands } from "./log-arguments.ts";

export type Topic = "plume" | ServeCommand["name"] | keyof typeof logCommands;

export type Command =
	| { readonly name: "help"; readonly of: Topic }
	| { readonly name: "version" }
	| ServeCommand
	| LogCommand;

export interface ServeCommand {
	readonly name: "serve" | "check";
	readonly environment: Environment;
	readonly accepts: Accepts;
}

/** Every variable that has a flag. */
const flagged: readonly string[] = [
	...Object.keys(settingTable).filter((name) => !settingTable[name]?.secret),
	...Object.keys(limitTable).map(limitVariable),
];

/** Throws `ConfigError` with words that say what to type instead. */
export function parseCommand(
	args: readonly string[],
	environment: Environment,
): Command {
	const [first = "serve", ...rest] = args;
	switch (first) {
		case "cut":
		case "replay":
		case "rehearse":
		case "why":
			return logCommands[first](rest) ?? { name: "help", of: first };
		case "serve":
		case "check":
			return parseServe(rest, environment, first);
		case "--help":
		case "-h":
		case "help":
			return { name: "help", of: "plume" };
		case "--version":
			return { name: "version" };
	}
	if (first.startsWith("-")) return parseServe(args, environment);
	throw new ConfigError(`There is no command "${first}". Try plume --help.`);
}

function parseServe(
	args: readonly string[],
	environment: Environment,
	name: "serve" | "check" = "serve",
): Command {
	const options = Object.fromEntries(
		flagged.map((variable) => [flagOf(variable), string]),
	);
	const { values } = parseFlags(name, args, false, {
		...options,
		...{ "accept-clock": boolean, "accept-missing": boolean },
		...{ "accept-secret": boolean, restored: boolean },
	});
	if (values.help) return { name: "help", of: name };
	const given = flagged.flatMap((variable) => {
		const value = values[flagOf(variable)];
		return typeof value === "string" ? [[variable, value]] : [];
	});
	return {
		name,
		environment: { ...environment, ...Object.fromEntries(given) },
		accepts: {
			clock: values["accept-clock"] === true,
			missing: values["accept-missing"] === true,
			restored: values.restored === true,
			secret: values["accept-secret"] === true,
		},
	};
}
