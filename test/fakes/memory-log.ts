/** A log in memory. Another log that is given the same disk continues from it. */
import type { Clock } from "../../src/clock.ts";
import { type FileLogOptions, openFileLog } from "../../src/log/file-log.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";

export const memoryLog = (
	id: string,
	clock: Clock,
	disk = memoryDisk(),
	options: Pick<FileLogOptions, "replicate" | "isMirror"> = {},
) => openFileLog({ disk, folder: "", clock, ids: () => id, ...options });
