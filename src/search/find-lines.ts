/** Looks for lines in the index, and reads from the log what they say now. */
import type { Said } from "../../machines/message.ts";
import type { Archive } from "../history/archive.ts";
import { readHits } from "./log-lines.ts";
import type { SearchStore, Wanted } from "./store.ts";

/** Turns of one search, and lines in each beside those wanted: some may be gone. */
const [MOST_ROUNDS, SPARE_LINES] = [8, 5];

export type Question = Omit<Wanted, "limit" | "below"> & {
	readonly limit: number;
	readonly mayRead: (room: string) => boolean;
};

export interface FoundLines {
	/** The newest first. */
	readonly items: readonly Said[];
	readonly more: boolean;
	/** Whether the newest messages may be missing. */
	readonly isBehind: boolean;
}

/** Undefined if too many words share a beginning. */
export async function findLines(
	archive: Archive,
	{ mayRead, limit, ...wanted }: Question,
	find: SearchStore["find"],
): Promise<Omit<FoundLines, "isBehind"> | undefined> {
	const items: Said[] = [];
	let below: number | undefined;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const most = limit + SPARE_LINES;
		const hits = await find({ ...wanted, below, limit: most });
		if (!hits) return undefined;
		const readable = hits.filter(({ room }) => mayRead(room));
		items.push(...(await readHits(archive, readable)));
		const more = items.length > limit;
		if (more || hits.length < most)
			return { items: items.slice(0, limit), more };
		below = hits.at(-1)?.seq;
	}
	return { items, more: items.length > 0 };
}
