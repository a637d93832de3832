/** The commands that read a log, each to what answers it. */
import { cut } from "./cut.ts";
import { follow } from "./follow.ts";
import { inspect, type ShowParts } from "./inspect.ts";
import type { LogCommand } from "./log-arguments.ts";
import { rehearse } from "./rehearse.ts";
import { bisect, replay } from "./replay.ts";
import type { ExitCode } from "./source.ts";
import { why } from "./why.ts";

/** `pause` waits until it is time to look at a log again, and answers whether to. */
export function readLog(
	command: LogCommand,
	parts: ShowParts,
	pause: () => Promise<boolean>,
): Promise<ExitCode> {
	switch (command.name) {
		case "cut":
			return cut(command, parts);
		case "replay":
			return replay(command, parts);
		case "bisect":
			return bisect(command, parts);
		case "follow":
			return follow(command, parts, pause);
		case "inspect":
			return inspect(command, parts, pause);
		case "rehearse":
			return rehearse(command, parts);
		case "why":
			return why(command, parts);
	}
}
