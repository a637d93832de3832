/** Each edge of `plume serve --edges` has a copy of the log in the data folder. */
import { join } from "node:path";
import { type Disk, namesIn } from "../log/disk.ts";
import { copiesFolder } from "../log/edge-copies.ts";
import { isMarkedCopy, markCopy } from "../log/evidence.ts";

/** Removes those of edges that run no more: what is deleted from the log would stay there. Calls back for each that can't be removed. */
export async function removeCopies(
	disk: Disk,
	data: string,
	edges: number,
	onFailed: (error: unknown) => void,
): Promise<void> {
	const folder = copiesFolder(data);
	for (const name of await namesIn(disk, folder))
		if (Number(name) > edges)
			await disk.removeFolder(join(folder, name)).catch(onFailed);
}

/** A version that did not mark copies may have left this one. */
export async function markLeft(disk: Disk, copy: string): Promise<void> {
	const isThere = (await namesIn(disk, copy)).includes("log");
	if (isThere && !(await isMarkedCopy(disk, copy))) await markCopy(disk, copy);
}
