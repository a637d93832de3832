/** Reads flags and words as they were typed, and refuses in words what it cannot read. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { ConfigError } from "../config.ts";
import { messageOf } from "../log/disk.ts";

export const boolean = { type: "boolean" } as const;
export const string = { type: "string" } as const;

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Throws `ConfigError`, also if there are more words beside the flags than `most`. */
export function parseFlags<Known extends Options>(
	command: string,
	args: readonly string[],
	options: Known,
	most = 1,
	expects = "one LOG",
) {
	const refusal = (why = "") =>
		new ConfigError(`${why}. Try plume ${command} --help.`);
	const parse = () => {
		try {
			const allowPositionals = most > 0;
			return parseArgs({ args: [...args], options, allowPositionals });
		} catch (error) {
			throw refusal(messageOf(error).split(". ")[0]);
		}
	};
	const parsed = parse();
	if (parsed.positionals.length > most)
		throw refusal(`plume ${command} takes ${expects}`);
	return parsed;
}
