/**
 * Snapshots of the state, as files in the data folder's `snapshots/`. They are
 * a cache: with one, a start reads only the log after it. A snapshot is
 * written under another name, synced and renamed; the newest two stay.
 *
 * A start loads the newest sound snapshot. If the log does not continue from
 * it, the snapshot is discarded and the whole log is read. So is that of another
 * version: what is legal may have changed, and the first start after an upgrade
 * has to find that out before it writes anything.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { VERSION } from "../version.ts";
import { asError, attempt, type Cache } from "./cache.ts";
import { codeOf, type Disk, numberedIn, replaceFile, textOf } from "./disk.ts";
import { isCount, sha256 } from "./line.ts";
import type { LogPosition } from "./log.ts";

/** Increment whenever the shape of any machine's context changes. */
const FORMAT = 6;
const SUM = /^(.*),"sum":"([\w-]{43})"$/s;
/** More than the bytes before a snapshot's state. */
const HEAD_BYTES = 4096;
const STATE = ',"state":';
const NAME = /^snapshot-(\d+)\.json$/;
const nameOf = (seq: number) => `snapshot-${seq}.json`;
const MAX_SNAPSHOTS = 2;
/** A final snapshot is written after at least this share of `every`: fewer events are read in no time. */
const FINAL_SHARE = 0.1;
/** How many pieces of a state are joined in one turn of the event loop. */
const PIECES_PER_TURN = 1000;
export const snapshotFolder = (dataFolder: string) =>
	join(dataFolder, "snapshots");

export interface Snapshot {
	readonly position: LogPosition;
	/** The time of its latest event, in milliseconds since 1970. */
	readonly time: number;
	/** Canonical JSON. */
	readonly state: string;
	/** Which version of Plume wrote it; undefined in older ones. */
	readonly version?: unknown;
}

/** The fields before a snapshot's state. They are undefined unless the head is intact. */
export interface Head {
	readonly file: string;
	readonly seq: number;
	readonly log?: unknown;
	readonly hash?: unknown;
	/** False if the log was not synced: a power cut may have made it shorter. */
	readonly fsync?: unknown;
}

export interface SnapshotsOptions extends Cache {
	/** How many events lie between two snapshots. */
	readonly every?: number;
	/** Whether the log is synced; true by default. */
	readonly fsync?: boolean;
}

export class Snapshots {
	readonly #options: SnapshotsOptions;
	readonly #folder: string;
	readonly #every: number;
	/** The seq of the newest snapshot, 0 if there is none. */
	#newest = 0;
	/** False if there are unusable snapshots. They stay until the log itself says that it is accepted, because they may prove that it is incomplete. */
	#isTidy = true;

	constructor(options: SnapshotsOptions) {
		this.#options = options;
		this.#folder = snapshotFolder(options.folder);
		this.#every = options.every ?? 10_000;
	}

	isDue(seq: number): boolean {
		return seq - this.#newest >= this.#every;
	}

	/** Whether enough events follow the newest snapshot that the next start should skip them. Skipped events are verified only after the start. */
	isWorthIt(seq: number): boolean {
		return seq - this.#newest >= this.#every * FINAL_SHARE;
	}

	/** The newest sound snapshot, if there is one. Never rejects. */
	load(): Promise<Snapshot | undefined> {
		const { disk } = this.#options;
		return attempt(this.#options, async () => {
			await disk.makeFolder(this.#folder);
			for (const one of await newestFirst(disk, this.#folder)) {
				const open = async () => {
					const snapshot = await openSnapshot(disk, one);
					if (snapshot.version === VERSION) return snapshot;
					throw new Error(`${one.file} is of another version of Plume`);
				};
				const snapshot = await attempt(this.#options, open);
				if (snapshot) {
					this.#newest = one.seq;
					return snapshot;
				}
				this.#isTidy = false;
			}
			return undefined;
		});
	}

	/** Call when the log does not continue from the loaded snapshot. */
	discard(why: unknown): void {
		this.#options.warn(asError(why));
		this.#isTidy = false;
		this.#newest = 0;
	}

	/** Removes unusable snapshots; call once the log itself says that it is accepted. */
	async tidy(): Promise<void> {
		if (this.#isTidy) return;
		const { disk } = this.#options;
		await attempt(this.#options, async () => {
			for (const { file, seq } of await newestFirst(disk, this.#folder))
				if (seq !== this.#newest) await disk.remove(file);
		});
	}

	/** Writes a snapshot of a committed state; `pieces` are its canonical JSON. Resolves with the state's hash, or undefined if that failed. */
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
			const made = { format: FORMAT, version: VERSION };
			const about = { ...made, ...position, time, fsync, stateHash };
			const head = JSON.stringify(about).slice(0, -1);
			const text = `${head},"sum":"${sha256(head)}"${STATE}${state}}\n`;
			await replaceFile(disk, this.#folder, nameOf(position.seq), text);
			const old = await newestFirst(disk, this.#folder);
			for (const { file } of old.slice(MAX_SNAPSHOTS)) await disk.remove(file);
			return stateHash;
		});
	}
}

/** The newest snapshot, for readers. Throws if it is not sound. */
export async function newestSnapshot(
	disk: Disk,
	dataFolder: string,
): Promise<Snapshot | undefined> {
	const [newest] = await newestFirst(disk, snapshotFolder(dataFolder));
	return newest && openSnapshot(disk, newest);
}

/** The heads of all snapshots, newest first. Left out is one that a server removes meanwhile, as it does when it has newer ones. */
export async function headsIn(disk: Disk, dataFolder: string): Promise<Head[]> {
	const all = await newestFirst(disk, snapshotFolder(dataFolder));
	const heads = all.map(async (one) => {
		try {
			const text = await textOf(disk, one.file, 0, HEAD_BYTES);
			return [{ ...headOf(text.split(STATE, 1)[0] ?? ""), ...one }];
		} catch (error) {
			if (codeOf(error) !== "ENOENT") throw error;
			return [];
		}
	});
	return (await Promise.all(heads)).flat();
}

const newestFirst = async (disk: Disk, folder: string) =>
	(await numberedIn(disk, folder, NAME)).reverse();

/** The fields of a head; none unless it is intact. Formats before 4 have no checksum. */
function headOf(text: string): Partial<Record<string, unknown>> {
	const [, head = "", sum] = SUM.exec(text) ?? [];
	return sum === sha256(head) ? JSON.parse(`${head}}`) : {};
}

async function openSnapshot(
	disk: Disk,
	{ file, seq: named }: Pick<Head, "file" | "seq">,
): Promise<Snapshot> {
	const text = await textOf(disk, file);
	const at = text.indexOf(STATE);
	const { format, version, log, seq, hash, offset, time, stateHash } = headOf(
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
		throw new Error(`${file} is no sound snapshot of format ${FORMAT}`);
	const position = { log, seq: named, hash, offset };
	return { position, time, state, version };
}
