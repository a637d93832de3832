/** `plume secret rotate`: says why that can't be done, and what to do about a secret that leaked. */
import { ConfigError } from "../config.ts";
import { section } from "./help.ts";
import { parseOptions } from "./options.ts";
import type { LogCommand } from "./source.ts";

export function parse(args: readonly string[]): LogCommand {
	const [word] = parseOptions("secret", args, {}).positionals;
	if (word !== "rotate")
		throw new ConfigError("Say plume secret rotate, or plume secret --help.");
	return {
		source: undefined,
		async run({ data, secret, warn }) {
			const says = section("secret rotate").trimEnd();
			const replace = secret() ? "set PLUME_SECRET to another one" : "$&";
			const text = says.replace(/\(umask.*\)/, replace);
			warn(text.replaceAll("DATA", () => data));
			return 1;
		},
	};
}
