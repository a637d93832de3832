/** Cache files in a data folder. They only save time, so a failure with them is a warning. */
import { join } from "node:path";
import { type Disk, replaceFile, textOf } from "./disk.ts";
import { sha256 } from "./line.ts";

export interface Cache {
	readonly disk: Disk;
	/** The data folder. */
	readonly folder: string;
	/** Called with the reason why a file was ignored or could not be written. */
	readonly warn: (error: Error) => void;
}

export const asError = (thrown: unknown): Error =>
	thrown instanceof Error ? thrown : new Error(`${thrown}`);

/** Never rejects; resolves with undefined if the task failed. */
export async function attempt<Answer>(
	{ warn }: Pick<Cache, "warn">,
	task: () => Promise<Answer>,
): Promise<Answer | undefined> {
	try {
		return await task();
	} catch (error) {
		warn(asError(error));
		return undefined;
	}
}

/** Replaces a file by one that begins with the checksum of its text. */
export const saveChecked = (
	disk: Disk,
	folder: string,
	name: string,
	text: string,
): Promise<void> =>
	replaceFile(disk, folder, name, `${sha256(text)}\n${text}\n`);

/** The text of such a file. Rejects if it is not what was saved. */
export async function loadChecked(
	disk: Disk,
	folder: string,
	name: string,
): Promise<string> {
	const path = join(folder, name);
	const [hash, text = ""] = (await textOf(disk, path)).split("\n");
	if (hash !== sha256(text)) throw new Error(`${path} has rotted`);
	return text;
}
