/**
 * A disk that is never told to sync, for those who accept what it means:
 * `kill -9` still loses nothing, but a power cut may lose what people saw.
 */
import type { Disk } from "./disk.ts";

export function unsynced(disk: Disk): Disk {
	return {
		...disk,
		syncFolder: async () => {},
		async open(path) {
			const file = await disk.open(path);
			return { ...file, sync: async () => {} };
		},
	};
}
