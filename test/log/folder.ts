/** A data folder on a simulated disk, read without the log's own code. */
import { createHash } from "node:crypto";
import { type FileLogOptions, openFileLog } from "../../src/log/file-log.ts";
import type { Entry, Stored } from "../../src/log/log.ts";
import type { TornTail } from "../../src/log/open-log.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { readAll, settle, Witness } from "./entries.ts";

/** Timers fire, but the time never changes, so equal appends write equal bytes. */
export class StillClock extends FakeClock {
	override now(): number {
		return Date.UTC(2026, 0, 1);
	}
}

/** Opens the log of the folder `data`, and reads it to its end. */
export async function openOn(
	disk: FakeDisk,
	options: Partial<FileLogOptions> = {},
) {
	const log = openFileLog({
		disk,
		folder: "data",
		clock: new StillClock(),
		ids: () => "abcdefghijklmnopqrstuv",
		...options,
	});
	await readAll(log);
	return log;
}

/** Makes a log in which each of `batches` is committed as one batch. */
export async function logOf(
	batches: readonly (readonly Entry[])[],
	options: Partial<FileLogOptions> = {},
) {
	const disk = new FakeDisk();
	const log = await openOn(disk, options);
	const witness = new Witness(log);
	for (const batch of batches) {
		log.append(batch);
		await settle();
	}
	await log.close();
	return { files: disk.files, stored: witness.ordered };
}

/** What a restart finds: the entries, the torn tails, or why it refuses. */
export async function reopen(disk: FakeDisk) {
	const torn: TornTail[] = [];
	try {
		const log = await openOn(disk, { onTorn: (tail) => torn.push(tail) });
		const stored = await readAll(log);
		await log.close();
		return { stored, torn };
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		return { stored: [], torn, refused: error };
	}
}

/** Appends one more entry, and returns what a restart finds after that. */
export async function appendAndReopen(disk: FakeDisk, entry: Entry) {
	const log = await openOn(disk);
	const witness = new Witness(log);
	log.append([entry]);
	await log.close();
	return { appended: witness.ordered, ...(await reopen(disk)) };
}

/** A line's prefix, without the common start, and its tail. */
export type Crafted = [prefix: string, tail: string];

/** Chains lines as the format demands, whatever their content. */
export function chain(...lines: readonly Crafted[]): Buffer {
	let hash = "A".repeat(43);
	const chained = lines.map(([rest, tail]) => {
		const prefix = `{"level":30,"time":1767225600000,${rest}`;
		hash = createHash("sha256")
			.update(`${hash}\n${prefix}`)
			.digest("base64url");
		return `${prefix},"hash":"${hash}"${tail}\n`;
	});
	return Buffer.from(chained.join(""));
}

export const header = (next = 1, log = "abcdefghijklmnopqrstuv"): Crafted => [
	`"type":"segment.opened","format":1,"log":"${log}","next":${next},"prev":"${"A".repeat(43)}"`,
	"}",
];

export const stop = (seq: number, first: number, last: number): Crafted => [
	`"seq":${seq},"batch":[${first},${last}],"type":"server.stopped"`,
	"}",
];

/** A header or a batch: the unit that is written and synced at once. */
export interface Unit {
	readonly path: string;
	readonly start: number;
	readonly end: number;
	/** The last seq in it or before it. */
	readonly last: number;
	/** The first byte of each of its lines. */
	readonly lines: readonly number[];
}

interface AnyLine {
	readonly next: number;
	readonly batch?: readonly [first: number, last: number];
}

export function unitsOf(files: Map<string, Buffer>): Unit[] {
	const units: Unit[] = [];
	for (const [path, bytes] of files) {
		if (!path.startsWith("data/log/")) continue;
		let start = 0;
		for (const line of bytes.toString("latin1").split("\n").slice(0, -1)) {
			const { next, batch = [next, next - 1] }: AnyLine = JSON.parse(line);
			const [first, last] = batch;
			const end = start + line.length + 1;
			const before = units.at(-1);
			if (before?.last === last && first <= last)
				units[units.length - 1] = {
					...before,
					end,
					lines: [...before.lines, start],
				};
			else units.push({ path, start, end, last, lines: [start] });
			start = end;
		}
	}
	return units;
}

/** The files as they were when `path` held only its first `size` bytes. */
export const cutAt = (files: Map<string, Buffer>, path: string, size: number) =>
	changed(
		new Map([...files].filter(([other]) => other <= path)),
		path,
		(bytes) => bytes.subarray(0, size),
	);

/** The files with one of them changed. */
export function changed(
	files: Map<string, Buffer>,
	path: string,
	change: (bytes: Buffer) => Buffer,
): Map<string, Buffer> {
	const bytes = Buffer.from(files.get(path) ?? []);
	return new Map(files).set(path, change(bytes));
}

export const upTo = (stored: readonly Stored[], seq: number) =>
	stored.filter((one) => one.seq <= seq);

/** The torn tails that were saved. */
export const savedIn = (disk: FakeDisk) =>
	[...disk.files]
		.filter(([path]) => path.startsWith("data/torn/"))
		.map(([, bytes]) => bytes.toString("latin1"));
