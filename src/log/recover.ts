/**
 * Finds the end of a log on disk before anything is added to it. It verifies
 * everything. What a crash may have left behind the last whole batch is saved
 * in `torn/`, cut off and reported; any other damage is thrown, and nothing
 * is touched. What it answers with is durable: a batch that was written but
 * not synced before a crash is synced now, because it is about to be shown.
 */
import { basename, join } from "node:path";
import type { Damage } from "./damage.ts";
import { type Disk, writeAll } from "./disk.ts";
import { logFolder, readBatches, segmentsOf } from "./reader.ts";
import { Segment } from "./segment.ts";
import { Verifier } from "./verifier.ts";

/** A torn tail that was cut off. */
export interface TornTail {
	readonly damage: Damage;
	/** The file it was cut from, and where; at 0 the whole file was removed. */
	readonly file: string;
	readonly offset: number;
	/** Where it can be looked at. */
	readonly savedAs: string;
}

export interface Recovered {
	/** Empty when there is no log yet. */
	readonly id: string;
	readonly seq: number;
	readonly hash: string;
	/** Where to go on; a log that is empty has none. */
	readonly segment: Segment | undefined;
}

export async function recover(
	disk: Disk,
	folder: string,
	now: number,
	onTorn: (torn: TornTail) => void,
): Promise<Recovered> {
	const segments = logFolder(folder);
	await disk.makeFolder(segments);
	const sources = await segmentsOf(disk, folder);
	const end = new Verifier();
	for await (const _ of readBatches(sources, end));
	if (end.torn) {
		onTorn(await cut(disk, folder, end.torn, end.offset, now));
		return recover(disk, folder, now, onTorn);
	}
	await disk.syncFolder(folder);
	await disk.syncFolder(segments);
	const { id, seq, hash, offset } = end;
	const first = sources.at(-1)?.first;
	if (first === undefined) return { id, seq, hash, segment: undefined };
	const segment = await Segment.open(disk, segments, first, offset);
	await segment.sync();
	return { id, seq, hash, segment };
}

/** Saves first, durably, and cuts then: a crash in between does it again. */
async function cut(
	disk: Disk,
	folder: string,
	damage: Damage,
	offset: number,
	now: number,
): Promise<TornTail> {
	const { file } = damage;
	const torn = join(folder, "torn");
	await disk.makeFolder(torn);
	await disk.syncFolder(folder);
	const savedAs = join(torn, `${basename(file)}-${offset}-${now}`);
	await copy(disk, file, offset, savedAs);
	await disk.syncFolder(torn);
	if (offset === 0) await disk.remove(file);
	else await truncate(disk, file, offset);
	return { damage, file, offset, savedAs };
}

async function copy(disk: Disk, from: string, offset: number, to: string) {
	const copy = await disk.open(to);
	try {
		let position = 0;
		for await (const chunk of disk.read(from, offset)) {
			await writeAll(copy, chunk, position);
			position += chunk.length;
		}
		await copy.sync();
	} finally {
		await copy.close();
	}
}

async function truncate(disk: Disk, path: string, size: number) {
	const file = await disk.open(path);
	try {
		await file.truncate(size);
	} finally {
		await file.close();
	}
}
