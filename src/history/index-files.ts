/**
 * The indexes of full segments as files in the data folder's `index/`. They
 * are a cache: a file with a wrong checksum is ignored, and an index that
 * can't be saved is built again. `Indexes` checks that they fit the log.
 */
import { join } from "node:path";
import {
	asError,
	attempt,
	type Cache,
	loadChecked,
	saveChecked,
} from "../log/cache.ts";
import { relationFiles } from "./relation-files.ts";
import { type IndexData, SegmentIndex } from "./segment-index.ts";

/** Increment whenever the shape of `IndexData` changes. */
const FORMAT = 5;

interface Saved extends IndexData {
	readonly format: unknown;
	readonly log: unknown;
}

export type IndexFiles = ReturnType<typeof indexFiles>;

/** None of these rejects. */
export function indexFiles(options: Cache) {
	const { disk, warn } = options;
	const folder = join(options.folder, "index");
	return {
		relations: relationFiles(options),
		load: (log: string, segment: number): Promise<SegmentIndex | undefined> =>
			attempt(options, async () => {
				const name = nameOf(segment);
				const data: Saved | undefined = await loadChecked(disk, folder, name);
				if (!data) return undefined;
				const { format, log: id, segment: of } = data;
				if (format !== FORMAT || id !== log || of !== segment)
					throw new Error(`${name} is of another log or format`);
				const index = new SegmentIndex(data);
				index.isFull = true;
				return index;
			}),
		async save(log: string, index: SegmentIndex): Promise<void> {
			const saved: Saved = { format: FORMAT, log, ...index.toJSON() };
			const name = nameOf(index.segment);
			await attempt(options, () => saveChecked(disk, folder, name, saved));
		},
		/** Removes all index files, because one did not fit the log. */
		async discard(why: unknown): Promise<void> {
			warn(asError(why));
			await attempt(options, () => disk.removeFolder(folder));
		},
	};
}

const nameOf = (segment: number) => `${String(segment).padStart(20, "0")}.json`;
