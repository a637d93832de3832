/** Reads flags and words as they were typed; what it cannot read it refuses in words. */
import { parseArgs } from "node:util";
import { ConfigError } from "../config.ts";

export const boolean = { type: "boolean" } as const;
export const string = { type: "string" } as const;

export interface Flags {
	readonly values: Readonly<Record<string, unknown>>;
	readonly positionals: readonly string[];
}

/** Throws `ConfigError`; `--help` is known everywhere. */
export function parseFlags(
	command: string,
	args: readonly string[],
	allowPositionals: boolean,
	options: Readonly<Record<string, typeof boolean | typeof string>>,
): Flags {
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
