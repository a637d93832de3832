/** A log that is made in a data folder, in a draft, beside which no server starts. */
import { join } from "node:path";
import { DRAFT } from "../log/backup-mark.ts";
import { type Disk, messageOf, namesIn } from "../log/disk.ts";
import { logFolder } from "../log/reader.ts";
import type { CommandContext } from "./source.ts";

/** Does a task in a data folder while no server and no other such task is at work there. Rejects with `Locked` if one is. */
export async function alone<Answer>(
	folder: string,
	{ lock }: Pick<CommandContext, "lock">,
	task: () => Promise<Answer>,
): Promise<Answer> {
	const own = await lock(folder);
	try {
		return await task();
	} finally {
		await own.release();
	}
}

export const draftIn = (data: string) => join(data, DRAFT);

/** Gives the draft's log and secret their names. The draft is to be removed then. */
export async function putInPlace(disk: Disk, data: string): Promise<void> {
	const draft = draftIn(data);
	await disk.rename(logFolder(draft), logFolder(data));
	if ((await namesIn(disk, draft)).includes("secret"))
		await disk.rename(join(draft, "secret"), join(data, "secret"));
	await disk.syncFolder(data);
}

export async function removeDraft(disk: Disk, data: string): Promise<void> {
	const draft = draftIn(data);
	await disk.removeFolder(draft).catch((error: unknown) => {
		throw new Error(
			`${draft} could not be removed (${messageOf(error)}): remove it, since no server starts beside it.`,
			{ cause: error },
		);
	});
}
