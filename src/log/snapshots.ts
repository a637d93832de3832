/**
 * Snapshots of folded state, as files in the data folder's `snapshots/`: a
 * cache, so that a start depends on the tail. One is written aside, synced
 * and renamed; two are kept. What it loads is what was saved; whether the log
 * goes on from there, the log knows.
 *
 * A start loads the newest that is sound. If the log does not go on from
 * there, everything is read, which is always right.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { asError, attempt, type Cache } from "./cache.ts";
import { type Disk, namesIn, replaceFile, textOf } from "./disk.ts";
import { isCount, sha256 } from "./line.ts";
import type { LogPosition } from "./log.ts";

/** To be counted up whenever the shape of any machine's context changes. */
const FORMAT = 4;
const SUM = /^(.*),"sum":"([\w-]{43})"$/s;
/** Longer than all that stands before a state. */
const HEAD_BYTES = 4096;
const STATE = ',"state":';
const NAME = /^snapshot-(\d+)\.json$/;
const nameOf = (seq: number) => `snapshot-${seq}.json`;
const KEPT = 2;
/** Of the events between one and the next: so many are read in no time. */
const WORTH = 0.1;
/** So much is put together in one turn of the event loop. */
const PIECES_PER_TURN = 1000;
const folderOf = (dataFolder: string) => join(dataFolder, "snapshots");

export interface Snapshot {
	readonly position: LogPosition;
	/** Of the latest event in it, in milliseconds since 1970. */
	readonly time: number;
	/** Canonical JSON. */
	readonly state: string;
}

/** What a snapshot says of itself. The fields are known only if its head is what was written. */
export interface Head {
	readonly file: string;
	readonly seq: number;
	readonly log?: unknown;
	readonly hash?: unknown;
	/** False: the log was not synced, so a power cut may have made it shorter. */
	readonly fsync?: unknown;
}

export interface SnapshotsOptions extends Cache {
	/** Events between one and the next. */
	readonly every?: number;
	/** Whether what is committed is durable; it is by default. */
	readonly fsync?: boolean;
}

export class Snapshots {
	readonly #options: SnapshotsOptions;
	readonly #folder: string;
	readonly #every: number;
	/** The seq of the newest; what is due is counted from there. */
	#newest = 0;
	/** Not removed before the log is accepted: they may be what shows that it is not whole. */
	readonly #useless = new Set<number>();

	constructor(options: SnapshotsOptions) {
		this.#options = options;
		this.#folder = folderOf(options.folder);
		this.#every = options.every ?? 10_000;
	}

	isDue(seq: number): boolean {
		return seq - this.#newest >= this.#every;
	}

	/** Whether so much came since the newest that the next start should be spared it: what is spared is verified only afterwards. */
	isWorthIt(seq: number): boolean {
		return seq - this.#newest >= this.#every * WORTH;
	}

	/** The one to start from, if there is any. */
	load(): Promise<Snapshot | undefined> {
		const { disk } = this.#options;
		return attempt(this.#options, async () => {
			await disk.makeFolder(this.#folder);
			for (const seq of await seqsIn(disk, this.#folder)) {
				const snapshot = await attempt(this.#options, () =>
					openSnapshot(disk, this.#folder, seq),
				);
				if (!snapshot) {
					this.#useless.add(seq);
					continue;
				}
				this.#newest = seq;
				return snapshot;
			}
			return undefined;
		});
	}

	/** The log does not go on from one: that puts all in doubt. */
	discard(why: unknown): void {
		this.#options.warn(asError(why));
		this.#useless.add(this.#newest);
		this.#newest = 0;
	}

	/** Removes those that were of no use, now that the log is accepted without them. */
	async tidy(): Promise<void> {
		if (this.#useless.size === 0) return;
		await attempt(this.#options, () =>
			this.#removeAllBut(this.#newest ? [this.#newest] : []),
		);
	}

	/** Writes one of a state that is committed; `pieces` are its canonical JSON. Answers the state's hash, or nothing if that failed. */
	save(
		position: LogPosition,
		pieces: Iterable<string>,
		time: number,
	): Promise<string | undefined> {
		this.#newest = position.seq;
		return attempt(this.#options, async () => {
			const digest = createHash("sha256");
			let state = "";
			let count = 0;
			for (const piece of pieces) {
				digest.update(piece);
				state += piece;
				if (++count % PIECES_PER_TURN === 0) await setImmediate();
			}
			const stateHash = digest.digest("base64url");
			const { disk, fsync = true } = this.#options;
			const about = { format: FORMAT, ...position, time, fsync, stateHash };
			const head = JSON.stringify(about).slice(0, -1);
			const text = `${head},"sum":"${sha256(head)}"${STATE}${state}}\n`;
			await replaceFile(disk, this.#folder, nameOf(position.seq), text);
			await this.#removeAllBut(
				(await seqsIn(disk, this.#folder)).slice(0, KEPT),
			);
			return stateHash;
		});
	}

	async #removeAllBut(kept: readonly number[]): Promise<void> {
		const { disk } = this.#options;
		for (const seq of await seqsIn(disk, this.#folder))
			if (!kept.includes(seq))
				await disk.remove(join(this.#folder, nameOf(seq)));
	}
}

/** The newest there is, for whoever only reads. Throws if it is no good. */
export async function newestSnapshot(
	disk: Disk,
	dataFolder: string,
): Promise<Snapshot | undefined> {
	const folder = folderOf(dataFolder);
	const [newest] = await seqsIn(disk, folder);
	return newest === undefined ? undefined : openSnapshot(disk, folder, newest);
}

/** Newest first; none where there is no such folder. */
export async function headsIn(disk: Disk, dataFolder: string): Promise<Head[]> {
	const folder = folderOf(dataFolder);
	return Promise.all(
		(await seqsIn(disk, folder)).map(async (seq) => {
			const file = join(folder, nameOf(seq));
			const text = (await textOf(disk, file, 0, HEAD_BYTES)).split(STATE, 1);
			return { ...headOf(text[0] ?? ""), file, seq };
		}),
	);
}

/** Newest first. */
const seqsIn = async (disk: Disk, folder: string) =>
	(await namesIn(disk, folder))
		.flatMap((name) => NAME.exec(name)?.[1] ?? [])
		.map(Number)
		.sort((a, b) => b - a);

/** Nothing, if it is not what was written, or of a format that cannot tell. */
function headOf(text: string): Partial<Record<string, unknown>> {
	const [, head = "", sum] = SUM.exec(text) ?? [];
	return sum === sha256(head) ? JSON.parse(`${head}}`) : {};
}

async function openSnapshot(
	disk: Disk,
	folder: string,
	named: number,
): Promise<Snapshot> {
	const path = join(folder, nameOf(named));
	const text = await textOf(disk, path);
	const at = text.indexOf(STATE);
	const { format, log, seq, hash, offset, time, stateHash } = headOf(
		text.slice(0, at),
	);
	const state = text.slice(at + STATE.length, text.lastIndexOf("}"));
	if (
		format !== FORMAT ||
		seq !== named ||
		typeof log !== "string" ||
		typeof hash !== "string" ||
		!isCount(offset) ||
		!isCount(time) ||
		stateHash !== sha256(state)
	)
		throw new Error(`${path} is no sound snapshot of format ${FORMAT}`);
	return { position: { log, seq: named, hash, offset }, time, state };
}
