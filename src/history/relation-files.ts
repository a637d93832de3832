/**
 * The relations of full segments as files in the data folder's `relations/`,
 * in blocks of targets of one room. They are a cache, made anew from the
 * indexes of segments, and contain no text.
 */
import { join } from "node:path";
import { type Cache, loadChecked, saveChecked } from "../log/cache.ts";
import { codeOf } from "../log/disk.ts";
import type { IndexedRelation } from "./segment-index.ts";

/** Increment whenever the shape of the files changes. */
const FORMAT = 1;
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
	const load = async (name: string) => {
		try {
			return JSON.parse(await loadChecked(disk, folder, name));
		} catch (error) {
			if (codeOf(error) === "ENOENT") return undefined;
			throw error;
		}
	};
	return {
		warn,
		/** Undefined if there is none, or of another log. */
		async loadEnd(log: string): Promise<MergedEnd | undefined> {
			const end = await load(END);
			return end?.format === FORMAT && end.log === log ? end : undefined;
		},
		async saveEnd(log: string, end: MergedEnd): Promise<void> {
			const text = JSON.stringify({ format: FORMAT, log, ...end });
			await saveChecked(disk, folder, END, text);
		},
		/** Undefined if there is none. */
		loadBlock: (key: string): Promise<Block | undefined> => load(`${key}.json`),
		async saveBlock(key: string, block: Block): Promise<void> {
			await disk.makeFolder(folder);
			const text = JSON.stringify(block);
			await saveChecked(disk, folder, `${key}.json`, text);
		},
		/** Removes all of them. */
		discard: () => disk.removeFolder(folder),
	};
}
