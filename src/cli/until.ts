/** `--to`: the last event wanted, by position or by time in milliseconds since 1970. */
import { ConfigError } from "../config.ts";
import type { Stored } from "../log/log.ts";

/** Answers whether an event lies behind it. Throws `ConfigError`. */
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
