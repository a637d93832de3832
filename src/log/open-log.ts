/**
 * Opens a log on disk for writing: reads and verifies it, all of it or what
 * comes after a position, and finds its end. A torn tail, which a crash may
 * leave after the last whole batch, is saved in `torn/`, cut off and reported.
 * Any other damage is thrown, and no file is changed. A batch that was written
 * but not synced before a crash is synced now, because it will be published,
 * and so is a text that was overwritten.
 */
import { basename, join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Damage } from "./damage.ts";
import { type Disk, textOf, withFile, writeNew } from "./disk.ts";
import { Evidence, type EvidenceOptions } from "./evidence.ts";
import type { LogPosition, Stored } from "./log.ts";
import { logFolder, type Source, segmentsOf, sourcesAfter } from "./reader.ts";
import { Segment } from "./segment.ts";
import type { Verifier } from "./verifier.ts";

/** A torn tail that was cut off. */
export interface TornTail {
	readonly damage: Damage;
	/** The file that was cut, and the byte; at 0 the whole file was removed. */
	readonly file: string;
	readonly offset: number;
	/** The file that holds what was cut off. */
	readonly savedAs: string;
}

export interface OpenLogOptions extends EvidenceOptions {
	readonly clock: Clock;
	/** Called when a torn tail was cut off. */
	readonly onTorn?: (torn: TornTail) => void;
}

export interface OpenedLog {
	/** The segment to append to; undefined for an empty log. */
	readonly growing: Segment | undefined;
	/** Removes the evidence against a log that ends too early. Call it once the log itself says so, or the next start would take it for whole. */
	readonly removeEvidence: () => Promise<void>;
}

/** Yields the entries. */
export async function* openLog(
	options: OpenLogOptions,
	verifier: Verifier,
	after?: LogPosition,
): AsyncGenerator<readonly Stored[], OpenedLog> {
	const { disk, folder } = options;
	const segments = logFolder(folder);
	const evidence = await Evidence.in(options);
	if (after && evidence.damage !== undefined) throw new Error(evidence.damage);
	const all = await segmentsOf(disk, folder);
	const sources = after ? await sourcesAfter(all, after, verifier) : all;
	yield* evidence.read(sources, verifier);
	// A wrong position must not cause a cut: with no sound line after it, the line before it must confirm it.
	if (
		after &&
		verifier.seq === after.seq &&
		!(await isConfirmed(disk, sources, after))
	)
		throw verifier.torn ?? new Error(`the log ends at event ${after.seq}`);
	// A start that is refused leaves none, or the next one would not miss the log.
	await disk.makeFolder(segments);
	const last = await endOf(options, sources, verifier);
	// A crash may have come between an overwrite and its sync.
	for (const file of verifier.erasedIn)
		await withFile(disk, file, (segment) => segment.sync());
	const removeEvidence = await evidence.accept();
	await disk.syncFolder(folder);
	await disk.syncFolder(segments);
	const growing = last && (await Segment.open(disk, segments, ...last));
	await growing?.sync();
	return { growing, removeEvidence };
}

/** Whether the line before a position has the position's hash. */
async function isConfirmed(
	disk: Disk,
	[source]: readonly Source[],
	{ offset, hash }: LogPosition,
): Promise<boolean> {
	const end = `"hash":"${hash}"}\n`;
	const from = offset - end.length;
	if (!source || from < 0) return false;
	return (await textOf(disk, source.file, from, offset)) === end;
}

/** Cuts a torn tail off; then the first seq and the size of the last segment. */
async function endOf(
	options: OpenLogOptions,
	sources: readonly Source[],
	{ torn, offset, before }: Verifier,
): Promise<[first: number, size: number] | undefined> {
	if (torn) await cut(options, torn, offset);
	const whole = torn && offset === 0;
	const { first } = sources.at(whole ? -2 : -1) ?? {};
	return first === undefined ? undefined : [first, whole ? before : offset];
}

/** Saves the torn tail durably before it cuts, so that it can be repeated after a crash. */
async function cut(
	{ disk, folder, clock, onTorn }: OpenLogOptions,
	damage: Damage,
	offset: number,
): Promise<void> {
	const { file } = damage;
	const torn = join(folder, "torn");
	await disk.makeFolder(torn);
	await disk.syncFolder(folder);
	const savedAs = join(torn, `${basename(file)}-${offset}-${clock.now()}`);
	await writeNew(disk, savedAs, disk.read(file, offset));
	await disk.syncFolder(torn);
	if (offset === 0) await disk.remove(file);
	else await withFile(disk, file, (torn) => torn.truncate(offset));
	onTorn?.({ damage, file, offset, savedAs });
}
