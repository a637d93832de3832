/**
 * The file that makes a copy of a log a backup: it is written last, and says
 * where the log ends. So a copy that was broken off, or that lost its end
 * since, is not taken for a backup.
 */
import { join } from "node:path";
import { parseJson, record, text, wholeFrom } from "../../machines/schema.ts";
import { type Disk, namesIn, textOf } from "./disk.ts";

export const MARK = "backup.json";

/** The folder in a data folder in which a restore or a cut makes the log, before it gives it its name. */
export const DRAFT = "restoring";

const markOf = record(
	{
		/** The log's id. */
		log: text,
		/** The last event, the hash of its line, and of the state after it. */
		...{ seq: wholeFrom(0), hash: text, stateHash: text },
		/** When it was made, in milliseconds since 1970. */
		made: wholeFrom(0),
	},
	false,
);

export type BackupMark = NonNullable<ReturnType<typeof markOf>>;

/** The mark of a folder; undefined if it has none that makes sense. */
export async function readMark(
	disk: Disk,
	folder: string,
): Promise<BackupMark | undefined> {
	if (!(await namesIn(disk, folder)).includes(MARK)) return undefined;
	const json = parseJson(await textOf(disk, join(folder, MARK)));
	return markOf(json) ?? undefined;
}
