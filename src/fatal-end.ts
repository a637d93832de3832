/**
 * Ends the process after a failure, or a bug. What was decided is committed
 * first, and the last lines of the operational log go out, if a second is
 * enough for both.
 */
import type { Logger } from "pino";
import type { Log } from "./log/log.ts";
import type { Output } from "./output.ts";

const MOST_MS = 1000;

export class FatalEnd {
	/** Set as soon as it is open. */
	log: Pick<Log, "close"> | undefined;
	readonly #logger: Logger;
	readonly #output: Output;
	#ending: Promise<never> | undefined;

	constructor(logger: Logger, output: Output) {
		this.#logger = logger;
		this.#output = output;
	}

	/** Never resolves. Only the first error is reported: others follow from it. */
	readonly begin = (error: Error): Promise<never> => {
		this.#ending ??= this.#end(error);
		return this.#ending;
	};

	async #end({ message, stack }: Error): Promise<never> {
		this.#logger.fatal({ error: message, stack }, "stopping at once");
		const done = [this.log?.close(), this.#output.drained()];
		const late = new Promise((resolve) => setTimeout(resolve, MOST_MS));
		await Promise.race([Promise.allSettled(done), late]);
		return process.exit(1);
	}
}
