/** The commands that read a log, each with its parser. */
import type { Reader } from "./arguments.ts";
import { parseCut } from "./cut.ts";
import { parseRehearse } from "./rehearse.ts";
import { parseReplay } from "./replay.ts";
import type { LogCommand } from "./source.ts";
import { parseWhy } from "./why.ts";

export const parseReader: Readonly<
	Record<Reader, (args: readonly string[]) => LogCommand>
> = {
	cut: parseCut,
	rehearse: parseRehearse,
	replay: parseReplay,
	why: parseWhy,
};
