/** Cache files in a data folder. They only save time, so a failure with them is a warning. */
import type { Disk } from "./disk.ts";

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
