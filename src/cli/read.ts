/** The commands that work on a log, each with its parser. */
import type { Reader } from "./arguments.ts";
import { parseBackup } from "./backup.ts";
import { parseCut } from "./cut.ts";
import { parseRehearse } from "./rehearse.ts";
import { parseReplay } from "./replay.ts";
import { parseRestore } from "./restore.ts";
import type { LogCommand } from "./source.ts";
import { parseWhy } from "./why.ts";

export const parseReader: Readonly<
	Record<Reader, (args: readonly string[]) => LogCommand>
> = {
	backup: parseBackup,
	cut: parseCut,
	rehearse: parseRehearse,
	replay: parseReplay,
	restore: parseRestore,
	why: parseWhy,
};
