/** Cache files in a data folder. They only save time, so a failure with them is a warning. */
import { join } from "node:path";
import { codeOf, type Disk, replaceFile, textOf } from "./disk.ts";
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

/** For `catch`: a file that is not there is no error. */
function unlessGone(error: unknown): undefined {
	if (codeOf(error) !== "ENOENT") throw error;
}

/** Replaces a file by one that has the value as JSON, after its checksum. */
export async function saveChecked(
	disk: Disk,
	folder: string,
	name: string,
	value: object,
): Promise<void> {
	const text = JSON.stringify(value);
	await disk.makeFolder(folder);
	await replaceFile(disk, folder, name, `${sha256(text)}\n${text}\n`);
}

/** The value in such a file; undefined if there is none. Rejects if it is not what was saved. */
export async function loadChecked(disk: Disk, folder: string, name: string) {
	const path = join(folder, name);
	const found = await textOf(disk, path).catch(unlessGone);
	if (found === undefined) return undefined;
	const [hash, text = ""] = found.split("\n");
	if (hash !== sha256(text)) throw new Error(`${path} has rotted`);
	return JSON.parse(text);
}
