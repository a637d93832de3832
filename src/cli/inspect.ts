/**
 * `plume replay --inspect`: opens the inspector's page over a log, at any
 * moment of its past, and tells where. It is there until Ctrl+C.
 */
import type { InspectCommand } from "./log-arguments.ts";
import { ask, type ExitCode, type LogParts } from "./source.ts";

export interface ShowParts extends LogParts {
	/** Opens a page over the log in a place. */
	readonly show: (
		place: string,
	) => Promise<{ readonly link: string; close(): void }>;
}

/** `pause` waits for a while, and answers whether to go on. */
export function inspect(
	{ source }: InspectCommand,
	parts: ShowParts,
	pause: () => Promise<boolean>,
): Promise<ExitCode> {
	return ask(source, parts, async () => {
		const { link, close } = await parts.show(source || parts.data);
		parts.warn("Ctrl+C ends it. Whoever has this link can look at the log:");
		parts.print(link);
		while (await pause());
		close();
		return 0;
	});
}
