import { readFileSync } from "node:fs";
import { ConfigError } from "./config.ts";

/** A secret in a file; undefined if there is none. One that can't be read must not be taken for none: throws `ConfigError`. */
export function readCredential(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8").trim() || undefined;
	} catch (error) {
		const { code } = Object(error);
		if (code === "ENOENT") return undefined;
		throw new ConfigError(
			`${path} cannot be read (${code}): make it a file that this user may read.`,
		);
	}
}
