/**
 * Ends the process after a failure, or a bug. What was decided is committed
 * first, and the last lines of the operational log go out, if a second is
 * enough for both.
 */
import type { Logger } from "pino";
import type { Log } from "./log/log.ts";
import type { Output } from "./output.ts";

const MOST_MS = 1000;

interface Fatal {
	/** Set as soon as it is open. */
	log: Pick<Log, "close"> | undefined;
	/** Resolves once what was decided is committed and the last lines are out, or after a second. */
	readonly settle: () => Promise<void>;
	/** Never resolves. */
	readonly begin: (error: Error) => Promise<never>;
}

export function fatalEnd(logger: Logger, output: Output) {
	let ending: Promise<never> | undefined;
	async function end({ name, message, stack }: Error): Promise<never> {
		const isBug = !/^(ConfigError|Damage|Removed)$/.test(name);
		const why = { error: message, ...(isBug && { stack }) };
		logger.fatal(why, "stopping at once");
		await fatal.settle();
		return process.exit(1);
	}
	const fatal: Fatal = {
		log: undefined,
		async settle() {
			const done = [fatal.log?.close(), output.drained()];
			const late = new Promise((resolve) => setTimeout(resolve, MOST_MS));
			await Promise.race([Promise.allSettled(done), late]);
		},
		// Only the first error is reported: others follow from it.
		begin: (error) => (ending ??= end(error)),
	};
	return fatal;
}
