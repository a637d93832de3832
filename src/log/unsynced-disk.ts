/**
 * A disk that never syncs, for operators who accept the risk: `kill -9` still
 * loses nothing, but a power cut may lose messages that people have seen.
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
