/**
 * The file that makes a copy of a log a backup: it is written last, and says
 * where the log ends. So a copy that was broken off, or that lost its end
 * since, is not taken for a backup.
 */
import { join } from "node:path";
import { type Disk, namesIn, textOf } from "./disk.ts";
import { isCount } from "./line.ts";

export const MARK = "backup.json";

export interface BackupMark {
	/** The log's id. */
	readonly log: string;
	/** The last event, the hash of its line, and of the state after it. */
	readonly seq: number;
	readonly hash: string;
	readonly stateHash: string;
	/** When it was made, in milliseconds since 1970. */
	readonly made: number;
}

/** The mark of a folder; undefined if it has none that makes sense. */
export async function readMark(
	disk: Disk,
	folder: string,
): Promise<BackupMark | undefined> {
	if (!(await namesIn(disk, folder)).includes(MARK)) return undefined;
	try {
		const fields: { readonly [Key in keyof BackupMark]?: unknown } = JSON.parse(
			await textOf(disk, join(folder, MARK)),
		);
		const { log, seq, hash, stateHash, made } = fields;
		const isSound =
			typeof log === "string" &&
			typeof hash === "string" &&
			typeof stateHash === "string" &&
			isCount(seq) &&
			isCount(made);
		return isSound ? { log, seq, hash, stateHash, made } : undefined;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
