/**
 * Parses the command line. Every setting of the server is both a variable and
 * a flag; the flag takes precedence.
 */
import {
	type Accepts,
	ConfigError,
	type Environment,
	limitVariables,
	settingVariables,
} from "../config.ts";
import {
	isOperatorCommand,
	type OperatorCommand,
	operatorUsage,
} from "../operator/usage.ts";
import { boolean, parseOptions, string } from "./options.ts";

/** The commands that work on a log beside the server, or without one. Each has a file, which parses its arguments. */
export const loadReader = {
	acts: () => import("./acts.ts"),
	backup: () => import("./backup.ts"),
	cut: () => import("./cut.ts"),
	migrate: () => import("./migrate.ts"),
	rehearse: () => import("./rehearse.ts"),
	replay: () => import("./replay.ts"),
	restore: () => import("./restore.ts"),
	secret: () => import("./secret.ts"),
	why: () => import("./why.ts"),
};
const servers = ["check", "doctor", "serve"] as const;

export type Reader = keyof typeof loadReader;
const isReader = (name: string): name is Reader =>
	Object.hasOwn(loadReader, name);
export type Topic = "plume" | Reader | ServeCommand["name"] | OperatorCommand;

export type Command =
	| { readonly name: "help"; readonly of: Topic }
	| { readonly name: "version" }
	| ReadCommand
	| ServeCommand
	| {
			readonly name: "operate";
			readonly command: OperatorCommand;
			readonly given: readonly string[];
	  };

export interface ReadCommand {
	readonly name: Reader;
	readonly args: readonly string[];
}

export interface ServeCommand {
	readonly name: (typeof servers)[number];
	readonly environment: Environment;
	readonly accepts: Accepts;
	/** What only plume doctor takes: a folder of backups, monitoring addresses of NATS, and whom to send a mail. */
	readonly monitors: readonly string[];
	readonly backups: string | undefined;
	readonly sendTo: string | undefined;
}

const flagged = [...settingVariables, ...limitVariables].filter(
	({ isSecret }) => !isSecret,
);

const isHelp = (word: string) => word === "--help" || word === "-h";

/** Throws `ConfigError` with a message that says what to type instead. */
export function parseCommand(
	args: readonly string[],
	environment: Environment,
): Command {
	const [first = "serve", ...rest] = args;
	const [topic] = rest;
	if (first === "help" && topic) return parseCommand([topic, "--help"], {});
	if (isHelp(first) || first === "help") return { name: "help", of: "plume" };
	if (first === "--version" || first === "-v") return { name: "version" };
	if (isOperatorCommand(first)) return parseOperation(first, rest);
	const isFlag = first.startsWith("-");
	const word = isFlag ? "serve" : first;
	const name = isReader(word) ? word : servers.find((it) => it === word);
	if (!name)
		throw new ConfigError(`There is no command "${first}". Try plume --help.`);
	if (rest.some(isHelp)) return { name: "help", of: name };
	if (isReader(name)) return { name, args: rest };
	return parseServe(name, isFlag ? args : rest, environment);
}

/** What follows `--` is text, which may have another. Before it, no option may end up in a reason. Within a text it stands for itself, unless it is there for what looks like an option. */
function parseOperation(
	command: OperatorCommand,
	args: readonly string[],
): Command {
	const end = [...args, "--"].indexOf("--");
	const before = args.slice(0, end);
	if (before.some(isHelp)) return { name: "help", of: command };
	const option = before.find((word) => word.startsWith("--"));
	if (option)
		throw new ConfigError(
			`There is no option "${option}". Settings go by variables, like PLUME_DATA; in a text, write -- before it.`,
		);
	const isNeeded = /^-(-|h$)/.test(args[end + 1] ?? "");
	const isText = !isNeeded && end >= operatorUsage[command].args.length;
	const after = args.slice(isText ? end : end + 1);
	return { name: "operate", command, given: [...before, ...after] };
}

function parseServe(
	name: ServeCommand["name"],
	args: readonly string[],
	environment: Environment,
): ServeCommand {
	const options = {
		...Object.fromEntries(flagged.map(({ flag }) => [flag, string])),
		...{ "accept-clock": boolean, "accept-missing": boolean },
		...{ "accept-secret": boolean, restored: boolean },
		...(name === "doctor" && { backups: string, "send-to": string }),
		...(name === "doctor" && { "nats-monitor": string }),
	};
	const parsed = parseOptions(name, args, options, { most: 0 });
	const values: Readonly<Record<string, unknown>> = parsed.values;
	const textOf = (flag: string) => {
		const value = values[flag];
		return typeof value === "string" ? value : undefined;
	};
	const given = flagged.flatMap(({ name, flag }) => {
		const value = textOf(flag);
		return value === undefined ? [] : [[name, value]];
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
		monitors: textOf("nats-monitor")?.split(",") ?? [],
		backups: textOf("backups"),
		sendTo: textOf("send-to"),
	};
}
