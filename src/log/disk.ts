/**
 * The port to a disk: what a file log asks of one, and no more, so that a
 * simulated disk can fail at every one of these calls. The real one is
 * node:fs, as it is: nothing is buffered, retried or made up for here.
 *
 * Every call rejects with the system's error, whose `code` tells a full disk
 * from a broken one.
 */
import { constants, fstatSync, statSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Disk {
	/** Makes a folder and those above it, unless they are there. */
	makeFolder(folder: string): Promise<void>;
	/** The names in a folder, in no order. */
	list(folder: string): Promise<readonly string[]>;
	/** Makes durable which names are in a folder. */
	syncFolder(folder: string): Promise<void>;
	/** A file's bytes, from one on and up to another. */
	read(path: string, from?: number, to?: number): AsyncIterable<Buffer>;
	/** Opens a file for writing, making it if need be. */
	open(path: string): Promise<DiskFile>;
	remove(path: string): Promise<void>;
	/** Gives a file another name in the same folder, in place of the one that has it. */
	rename(path: string, to: string): Promise<void>;
}

export interface DiskFile {
	/** Tells how many bytes were written: perhaps fewer than were given. */
	write(bytes: Uint8Array, position: number): Promise<number>;
	/** Cuts the file to a size in bytes. */
	truncate(size: number): Promise<void>;
	/** Makes durable what was written (fdatasync). */
	sync(): Promise<void>;
	/** Throws if the file's path is gone or names another file by now. */
	check(): void;
	close(): Promise<void>;
}

/** A disk has no room, or gives no right to write, for now. */
export class DiskFull extends Error {}

const NO_DESCRIPTOR = ["EMFILE", "ENFILE"];
const FULL = new Set(["ENOSPC", "EDQUOT", "EROFS", ...NO_DESCRIPTOR]);
const DESCRIPTOR_REST_MS = 50;
const DESCRIPTOR_TRIES = 200;

/** Of an error of the system, like ENOENT; empty of any other. */
export const codeOf = (error: unknown): string =>
	error instanceof Error && "code" in error ? String(error.code) : "";

export const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);

/** Tells, of what a disk rejected a write with, whether trying again may help. */
export function asDiskFull(error: unknown): DiskFull | undefined {
	if (!FULL.has(codeOf(error))) return undefined;
	return new DiskFull(messageOf(error), { cause: error });
}

/** What people said is for the server's own account only. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const CHUNK_BYTES = 256 * 1024;
const ASIDE = "aside.json";

/** Whatever opens a file is tried again for ten seconds while no descriptor is free: connections come and go. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
	for (let left = DESCRIPTOR_TRIES; ; left--) {
		try {
			return await attempt();
		} catch (error) {
			if (left === 0 || !NO_DESCRIPTOR.includes(codeOf(error))) throw error;
			await sleep(DESCRIPTOR_REST_MS);
		}
	}
}

export const realDisk: Disk = {
	async makeFolder(folder) {
		await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
	},
	list: (folder) => patiently(() => readdir(folder)),
	async syncFolder(folder) {
		const handle = await patiently(() => open(folder));
		try {
			await handle.sync();
		} finally {
			await handle.close();
		}
	},
	async *read(path, start = 0, to = Infinity) {
		const handle = await patiently(() => open(path));
		const range = { start, end: to - 1, highWaterMark: CHUNK_BYTES };
		yield* handle.createReadStream(range);
	},
	async open(path) {
		const flags = constants.O_RDWR | constants.O_CREAT;
		const handle = await patiently(() => open(path, flags, FILE_MODE));
		return {
			async write(bytes, position) {
				const size = bytes.byteLength;
				return (await handle.write(bytes, 0, size, position)).bytesWritten;
			},
			truncate: (size) => handle.truncate(size),
			sync: () => handle.datasync(),
			check() {
				if (!isSameFile(path, handle.fd)) throw notOurs(path);
			},
			close: () => handle.close(),
		};
	},
	remove: (path) => rm(path),
	rename,
};

/** Whether a path still names the file that is open. */
export function isSameFile(path: string, fd: number): boolean {
	const [there, ours] = [
		statSync(path, { throwIfNoEntry: false }),
		fstatSync(fd),
	];
	return there?.ino === ours.ino && there.dev === ours.dev;
}

export const notOurs = (path: string) =>
	new Error(
		`${path} was removed or replaced, or a folder above it, while the server ran. Put it back and start again.`,
	);

/** The names in a folder; none where it is not there. */
export async function namesIn(disk: Disk, folder: string) {
	try {
		return await disk.list(folder);
	} catch (error) {
		if (codeOf(error) === "ENOENT") return [];
		throw error;
	}
}

/** A file's text, or what stands from one byte on and up to another. */
export async function textOf(
	disk: Disk,
	path: string,
	from?: number,
	to?: number,
): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of disk.read(path, from, to)) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

/** Writes all of `bytes`, however little the disk takes at a time. */
export async function writeAll(
	file: DiskFile,
	bytes: Uint8Array,
	position: number,
): Promise<void> {
	for (let done = 0; done < bytes.byteLength; ) {
		const taken = await file.write(bytes.subarray(done), position + done);
		if (taken === 0) throw new Error("the disk took no bytes");
		done += taken;
	}
}

/** Closes the file whatever becomes of it. */
export async function withFile(
	disk: Disk,
	path: string,
	use: (file: DiskFile) => Promise<void>,
): Promise<void> {
	const file = await disk.open(path);
	try {
		await use(file);
	} finally {
		await file.close();
	}
}

/** Writes chunks into a file, durably, from a byte on. */
export function writeChunks(
	disk: Disk,
	path: string,
	chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
	from = 0,
): Promise<void> {
	return withFile(disk, path, async (file) => {
		let at = from;
		for await (const chunk of chunks) {
			await writeAll(file, chunk, at);
			at += chunk.length;
		}
		await file.sync();
	});
}

/** Makes a file in the folder what `text` is, durably: all of it, or it stays as it was. */
export async function replaceFile(
	disk: Disk,
	folder: string,
	name: string,
	text: string,
): Promise<void> {
	const aside = join(folder, ASIDE);
	await withFile(disk, aside, async (file) => {
		await file.truncate(0);
		await writeAll(file, Buffer.from(text), 0);
		await file.sync();
	});
	await disk.rename(aside, join(folder, name));
	await disk.syncFolder(folder);
}
