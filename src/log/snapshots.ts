/**
 * Snapshots of folded state, as files in the data folder's `snapshots/`: a
 * cache, so that a start depends on the tail. One is written aside, synced
 * and renamed; two are kept. What it loads is what was saved; whether the log
 * goes on from there, the log knows.
 *
 * A start loads the newest that is sound. If the log does not go on from
 * there, everything is read, which is always right.
 */
import { createHash, hash as hashOf } from "node:crypto";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type Disk, replaceFile } from "./disk.ts";
import { isCount } from "./line.ts";
import type { Mark } from "./log.ts";

/** To be counted up whenever the shape of any machine's context changes. */
const FORMAT = 3;
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
	readonly mark: Mark;
	/** Canonical JSON. */
	readonly state: string;
}

export interface SnapshotsOptions {
	readonly disk: Disk;
	/** The data folder. */
	readonly folder: string;
	/** Events between one and the next. */
	readonly every?: number;
	/** Hears why a snapshot was ignored, or could not be written. */
	readonly warn: (error: Error) => void;
}

export class Snapshots {
	readonly #options: SnapshotsOptions;
	readonly #folder: string;
	readonly #every: number;
	/** The seq of the newest; what is due is counted from there. */
	#newest = 0;

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
	async load(): Promise<Snapshot | undefined> {
		try {
			await this.#options.disk.makeFolder(this.#folder);
			const { disk } = this.#options;
			const seqs = await seqsIn(disk, this.#folder);
			for (const seq of seqs)
				try {
					const snapshot = await openSnapshot(disk, this.#folder, seq);
					this.#newest = seq;
					return snapshot;
				} catch (error) {
					this.#warn(error);
					await disk.remove(join(this.#folder, nameOf(seq)));
				}
		} catch (error) {
			await this.discard(error);
		}
		return undefined;
	}

	/** The log does not go on from one: that puts all in doubt, and they are only a cache. */
	async discard(why: unknown): Promise<void> {
		this.#warn(why);
		this.#newest = 0;
		try {
			await this.#removeAllBut([]);
		} catch (error) {
			this.#warn(error);
		}
	}

	/** Writes one of a state that is committed; `pieces` are its canonical JSON. Answers the state's hash, or nothing if that failed. */
	async save(
		mark: Mark,
		pieces: Iterable<string>,
	): Promise<string | undefined> {
		this.#newest = mark.seq;
		try {
			const hash = createHash("sha256");
			let state = "";
			let count = 0;
			for (const piece of pieces) {
				hash.update(piece);
				state += piece;
				if (++count % PIECES_PER_TURN === 0) await setImmediate();
			}
			const stateHash = hash.digest("base64url");
			const about = { format: FORMAT, ...mark, stateHash };
			const head = JSON.stringify(about).slice(0, -1);
			const text = `${head}${STATE}${state}}\n`;
			const { disk } = this.#options;
			await replaceFile(disk, this.#folder, nameOf(mark.seq), text);
			await this.#removeAllBut(
				(await seqsIn(disk, this.#folder)).slice(0, KEPT),
			);
			return stateHash;
		} catch (error) {
			this.#warn(error);
			return undefined;
		}
	}

	#warn(error: unknown): void {
		this.#options.warn(error instanceof Error ? error : Error(`${error}`));
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

/** Newest first. */
async function seqsIn(disk: Disk, folder: string): Promise<number[]> {
	const names = await disk.list(folder);
	return names
		.flatMap((name) => NAME.exec(name)?.[1] ?? [])
		.map(Number)
		.sort((a, b) => b - a);
}

async function openSnapshot(
	disk: Disk,
	folder: string,
	named: number,
): Promise<Snapshot> {
	const path = join(folder, nameOf(named));
	const chunks: Buffer[] = [];
	for await (const chunk of disk.read(path)) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	const at = text.indexOf(STATE);
	const about: Partial<Record<string, unknown>> = JSON.parse(
		`${text.slice(0, at)}}`,
	);
	const { format, log, seq, hash, offset, stateHash } = about;
	const state = text.slice(at + STATE.length, text.lastIndexOf("}"));
	if (
		format !== FORMAT ||
		seq !== named ||
		typeof log !== "string" ||
		typeof hash !== "string" ||
		!isCount(offset) ||
		stateHash !== hashOf("sha256", state, "base64url")
	)
		throw new Error(`${path} is no sound snapshot of format ${FORMAT}`);
	return { mark: { log, seq: named, hash, offset }, state };
}
