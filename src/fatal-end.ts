/**
 * Ends the process after a failure, or a bug. What was decided is committed
 * first, and the last lines of the operational log go out, if a second is
 * enough for both.
 */
import type { Logger } from "pino";
import { Damage } from "./log/damage.ts";
import { Removed } from "./log/disk.ts";
import { Incomplete, WrongCopy } from "./log/evidence.ts";
import type { Log } from "./log/log.ts";
import type { Output } from "./output.ts";
import { ConfigError } from "./settings.ts";

const MOST_MS = 1000;
const NO_BUGS = [ConfigError, Damage, Incomplete, Removed];

interface Fatal {
	/** Set as soon as it is open. */
	log: Pick<Log, "close"> | undefined;
	/** Resolves once what was decided is committed and the last lines are out, or after a second. What fails meanwhile follows from that. */
	readonly settle: () => Promise<void>;
	/** Never resolves. */
	readonly begin: (error: Error) => Promise<never>;
}

export function fatalEnd(logger: Logger, output: Output) {
	let ending: Promise<never> | undefined;
	async function end(error: Error): Promise<never> {
		const isBug = !NO_BUGS.some((Kind) => error instanceof Kind);
		const why = { error: error.message, ...(isBug && { stack: error.stack }) };
		logger.fatal(why, "stopping at once");
		await fatal.settle();
		return process.exit(error instanceof WrongCopy ? 3 : 1);
	}
	const fatal: Fatal = {
		log: undefined,
		async settle() {
			ending ??= new Promise(() => {});
			const done = [fatal.log?.close(), output.drained()];
			const late = new Promise((resolve) => setTimeout(resolve, MOST_MS));
			await Promise.race([Promise.allSettled(done), late]);
		},
		// Only the first error is reported: others follow from it.
		begin: (error) => (ending ??= end(error)),
	};
	return fatal;
}
