/** Parses the options and arguments of a command, and refuses mistakes in words. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { ConfigError } from "../config.ts";
import { messageOf } from "../log/disk.ts";
import type { Stored } from "../log/log.ts";

export const boolean = { type: "boolean" } as const;
export const string = { type: "string" } as const;

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Throws `ConfigError`, also if there are fewer arguments than `least`, or more than `most`. */
export function parseOptions<Known extends Options>(
	command: string,
	args: readonly string[],
	options: Known,
	{ least = 0, most = 1, expects = "one LOG" } = {},
) {
	const refusal = (why = "") =>
		new ConfigError(`${why}. Try plume ${command} --help.`);
	const parse = () => {
		try {
			const allowPositionals = most > 0;
			const escaped = escapeIds(args, options);
			return parseArgs({ args: escaped, options, allowPositionals });
		} catch (error) {
			throw refusal(messageOf(error).split(". ")[0]);
		}
	};
	const parsed = parse();
	const given: readonly string[] = parsed.positionals;
	const { length } = given.filter((each, nth) => each || nth >= least);
	if (length < least || length > most) throw refusal(`It takes ${expects}`);
	return parsed;
}

/** Escapes ids: one in 64 begins with a dash, and would be read as options. */
function escapeIds(args: readonly string[], options: Options): string[] {
	const at = args.findIndex((arg) => /^-[\w-]{21}$/.test(arg));
	if (at < 0) return [...args];
	const [before, id, after] = [args.slice(0, at), args[at], args.slice(at + 1)];
	const option = before.at(-1) ?? "";
	return options[option.slice(2)]?.type === "string"
		? [...before.slice(0, -1), `${option}=${id}`, ...after]
		: [...before, "--", `${id}`, ...after];
}

/** `--to`, a seq or an ISO 8601 time: returns whether an event comes after it. Throws `ConfigError`. */
export function parseUntil(text: string | undefined) {
	if (text === undefined) return () => false;
	if (/^\d+$/.test(text)) return ({ seq }: Stored) => seq > Number(text);
	const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
	if (Number.isNaN(time))
		throw new ConfigError(
			`--to is "${text}": say the number of an event, or a time like 2026-01-31T12:00:00Z.`,
		);
	return ({ event }: Stored) => event.time > time;
}
