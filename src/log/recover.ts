/**
 * Reads a log on disk, and finds its end before anything is added to it. It
 * verifies all that it reads: everything, or what is behind a mark. What a
 * crash may have left behind the last whole batch is saved in `torn/`, cut off
 * and reported; any other damage is thrown, and nothing
 * is touched. What it answers with is durable: a batch that was written but
 * not synced before a crash is synced now, because it is about to be shown.
 */
import { basename, join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Damage } from "./damage.ts";
import { type Disk, textOf, withFile, writeChunks } from "./disk.ts";
import { Evidence, type EvidenceOptions } from "./evidence.ts";
import type { LogPosition, Stored } from "./log.ts";
import { logFolder, type Source, segmentsOf, sourcesAfter } from "./reader.ts";
import { Segment } from "./segment.ts";
import type { Verifier } from "./verifier.ts";

/** A torn tail that was cut off. */
export interface TornTail {
	readonly damage: Damage;
	/** The file it was cut from, and where; at 0 the whole file was removed. */
	readonly file: string;
	readonly offset: number;
	/** Where it can be looked at. */
	readonly savedAs: string;
}

export interface Place extends EvidenceOptions {
	readonly clock: Clock;
	/** Hears of a torn tail that was cut off. */
	readonly onTorn?: (torn: TornTail) => void;
}

/** Yields what there is, and answers with the segment to go on in; a log that is empty has none. */
export async function* recover(
	place: Place,
	verifier: Verifier,
	after?: LogPosition,
): AsyncGenerator<readonly Stored[], Segment | undefined> {
	const { disk, folder } = place;
	const segments = logFolder(folder);
	await disk.makeFolder(segments);
	const evidence = await Evidence.in(place);
	if (after && evidence.damage !== undefined) throw new Error(evidence.damage);
	const all = await segmentsOf(disk, folder);
	const sources = after ? await sourcesAfter(all, after, verifier) : all;
	yield* evidence.read(sources, verifier);
	// Nothing is cut at the word of a mark that nothing has confirmed.
	if (
		after &&
		verifier.seq === after.seq &&
		!(await isThere(disk, sources, after))
	)
		throw verifier.torn ?? new Error(`the log ends at event ${after.seq}`);
	const last = await endOf(place, sources, verifier);
	await evidence.forget();
	await disk.syncFolder(folder);
	await disk.syncFolder(segments);
	if (!last) return undefined;
	const segment = await Segment.open(disk, segments, ...last);
	await segment.sync();
	return segment;
}

/** Whether the line before a mark says that it is the mark's; where a line follows, that confirms it. */
async function isThere(
	disk: Disk,
	[source]: readonly Source[],
	{ offset, hash }: LogPosition,
): Promise<boolean> {
	const end = `"hash":"${hash}"}\n`;
	const from = offset - end.length;
	if (!source || from < 0) return false;
	return (await textOf(disk, source.file, from, offset)) === end;
}

/** The first seq and the size of the last segment, once a torn tail is off it. */
async function endOf(
	place: Place,
	sources: readonly Source[],
	{ torn, offset, before }: Verifier,
): Promise<[first: number, size: number] | undefined> {
	if (torn) await cut(place, torn, offset);
	const whole = torn && offset === 0;
	const { first } = sources.at(whole ? -2 : -1) ?? {};
	return first === undefined ? undefined : [first, whole ? before : offset];
}

/** Saves first, durably, and cuts then: a crash in between does it again. */
async function cut(
	{ disk, folder, clock, onTorn }: Place,
	damage: Damage,
	offset: number,
): Promise<void> {
	const { file } = damage;
	const torn = join(folder, "torn");
	await disk.makeFolder(torn);
	await disk.syncFolder(folder);
	const savedAs = join(torn, `${basename(file)}-${offset}-${clock.now()}`);
	await writeChunks(disk, savedAs, disk.read(file, offset));
	await disk.syncFolder(torn);
	if (offset === 0) await disk.remove(file);
	else await withFile(disk, file, (torn) => torn.truncate(offset));
	onTorn?.({ damage, file, offset, savedAs });
}
