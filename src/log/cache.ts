/** Files in a data folder that spare time, and may be lost: what fails with them is told, and no more. */
import type { Disk } from "./disk.ts";

export interface Cache {
	readonly disk: Disk;
	/** The data folder. */
	readonly folder: string;
	/** Hears why something was ignored, or could not be written. */
	readonly warn: (error: Error) => void;
}

export const asError = (thrown: unknown): Error =>
	thrown instanceof Error ? thrown : new Error(`${thrown}`);

/** Never rejects; answers nothing if the task failed. */
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
