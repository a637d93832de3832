/** Looks for lines in the index, and reads from the log what they say now. */
import type { Said } from "../../machines/message.ts";
import type { Archive } from "../history/archive.ts";
import { readHits } from "./log-lines.ts";
import type { SearchStore, Wanted } from "./store.ts";

/** Turns of one search, and lines in each beside those wanted: some may be gone. */
const [MOST_ROUNDS, SPARE_LINES] = [8, 5];

export interface Question extends Wanted {
	readonly mayRead: (room: string) => boolean;
}

export interface FoundLines {
	/** The newest first. */
	readonly items: readonly Said[];
	/** Older hits have a seq below this one; undefined if there are none. */
	readonly older: number | undefined;
	/** Whether the newest messages may be missing. */
	readonly isBehind: boolean;
}

/** Undefined if too many words share a beginning. */
export async function findLines(
	archive: Archive,
	{ mayRead, limit, below, ...wanted }: Question,
	find: SearchStore["find"],
	onUnread: (error: unknown) => void,
): Promise<Omit<FoundLines, "isBehind"> | undefined> {
	const items: (Said & { readonly seq: number })[] = [];
	let older = below;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const most = limit + SPARE_LINES;
		const hits = await find({ ...wanted, below: older, limit: most });
		if (!hits) return undefined;
		const readable = hits.filter(({ room }) => mayRead(room));
		items.push(...(await readHits(archive, readable, onUnread)));
		const shown = items.slice(0, limit);
		if (items.length > limit) return { items: shown, older: shown.at(-1)?.seq };
		older = hits.length < most ? undefined : hits.at(-1)?.seq;
		if (older === undefined) break;
	}
	return { items, older };
}
