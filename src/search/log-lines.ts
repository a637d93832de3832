/** Reads lines of the log for the index: those that are to be indexed, those that were found, and texts that are about to be erased. */
import { isOverwriting } from "../../machines/events.ts";
import { epochOf } from "../../machines/item.ts";
import type { Said } from "../../machines/message.ts";
import type { Archive } from "../history/archive.ts";
import type { EventSpan } from "../log/log.ts";
import { rowOf } from "./rows.ts";
import type { Hit, IndexedEnd, Row } from "./store.ts";

/** Reads the rows of one turn, and the seqs of what was erased in it. Ends with what is published: the texts before are final, or gone. Ends earlier with the chunk that brings so many rows. */
export async function readRows(
	archive: Archive,
	from: IndexedEnd,
	published: () => number,
	turnRows: number,
) {
	const rows: Row[] = [];
	const erased: number[] = [];
	let end = from;
	// Also waits for the erasures of a start, before any text is read.
	const look = () =>
		archive.inTurn(async () => {
			await archive.indexes.newest();
			const { segments } = archive.indexes;
			const next = segments[segments.indexOf(from.segment) + 1];
			const index = await archive.indexes.of(from.segment);
			if (!index) throw new Error(`segment ${from.segment} is not there`);
			return { index, next };
		});
	let { index, next } = await look();
	for await (const chunk of archive.log.segments.scan(from.segment, from)) {
		if (chunk.end.seq > published()) return { rows, erased, end };
		// What was committed since then is in the scan, too.
		if (chunk.end.seq > index.end.seq) index = (await look()).index;
		for (const { stored, span } of chunk.entries) {
			const row = rowOf(stored, span, index);
			if (row) rows.push(row);
			if (isOverwriting(stored.event))
				for (const seq of stored.event.seqs) erased.push(seq);
		}
		end = { ...chunk.end, segment: from.segment };
		if (rows.length >= turnRows) return { rows, erased, end };
	}
	// What is stored is the end of a line, so that a start can tell whether the log has it.
	if (next !== undefined && end.seq === from.seq)
		end = { ...end, segment: next, at: 0 };
	return { rows, erased, end };
}

/** The lines that still have their text, and can be read, as messages of the room as it is now; none of a room that was forgotten since. */
export async function readHits(
	archive: Archive,
	hits: readonly Hit[],
	onUnread: (error: unknown) => void,
): Promise<readonly (Said & { readonly seq: number })[]> {
	const newest = await archive.inTurn(() => archive.indexes.newest());
	const texts = await readTexts(archive, hits, onUnread);
	return hits.flatMap(({ seq, room, origin, offset, time, name }) => {
		const text = texts.get(seq);
		const part = newest?.rooms.get(room);
		if (text === undefined || part?.origin !== origin) return [];
		const epoch = epochOf(archive.log.id, part.incarnation);
		const said = { room, epoch, offset, time, name, client: "", text };
		return { kind: "said", seq, ...said };
	});
}

/** The texts that are there and can be read, of lines in any segments. */
export async function readTexts(
	{ log }: Archive,
	all: readonly EventSpan[],
	onUnread: (error: unknown) => void,
): Promise<ReadonlyMap<number, string>> {
	const texts = new Map<number, string>();
	const lines = await log.segments.fetchAll(all, onUnread);
	for (const [seq, { erasable }] of lines)
		if (erasable) texts.set(seq, erasable.text);
	return texts;
}
