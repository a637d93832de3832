/**
 * The relations of full segments as files in the data folder's `relations/`,
 * in blocks of targets of one room. They are a cache, made anew from the
 * indexes of segments, and contain no text.
 */
import { join } from "node:path";
import { type Cache, loadChecked, saveChecked } from "../log/cache.ts";
import { namesIn } from "../log/disk.ts";
import type { IndexedRelation } from "./segment-index.ts";

/** Increment whenever the shape of the files changes. */
const FORMAT = 2;
const END = "end.json";

/** The last segment whose relations are in the files, and the hash at its end. */
export interface MergedEnd {
	readonly segment: number;
	readonly hash: string;
}

/** The relations of so many targets that still hold, of all up to a seq. */
export interface Block {
	readonly through: number;
	readonly relations: readonly IndexedRelation[];
}

export type RelationFiles = ReturnType<typeof relationFiles>;

/** These reject if a file has rotted, or the disk takes none. */
export function relationFiles(options: Cache) {
	const { disk, warn } = options;
	const folder = join(options.folder, "relations");
	return {
		warn,
		/** Undefined if there is none, or of another log. */
		async loadEnd(log: string): Promise<MergedEnd | undefined> {
			const end = await loadChecked(disk, folder, END);
			return end?.format === FORMAT && end.log === log ? end : undefined;
		},
		saveEnd: (log: string, end: MergedEnd): Promise<void> =>
			saveChecked(disk, folder, END, { format: FORMAT, log, ...end }),
		/** Undefined if there is none. */
		loadBlock: (key: string): Promise<Block | undefined> =>
			loadChecked(disk, folder, `${key}.json`),
		saveBlock: (key: string, block: Block): Promise<void> =>
			saveChecked(disk, folder, `${key}.json`, block),
		/** Removes those of rooms that are not among these. */
		async tidy(origins: ReadonlySet<string>): Promise<void> {
			for (const name of await namesIn(disk, folder)) {
				const [, origin] = /^(.*)-\w+\.json$/.exec(name) ?? [];
				if (origin !== undefined && !origins.has(origin))
					await disk.remove(join(folder, name));
			}
		},
		/** Removes all of them. */
		discard: () => disk.removeFolder(folder),
	};
}
