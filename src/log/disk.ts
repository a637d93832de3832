/**
 * The port to a disk, with only the calls that a file log needs, so that a
 * simulated disk can fail at each of them. The real disk is node:fs without
 * buffering; only a shortage of file descriptors is retried.
 *
 * Every call rejects with the system's error, whose `code` distinguishes a
 * full disk from a broken one.
 */
import {
	constants,
	existsSync,
	fstatSync,
	readlinkSync,
	statSync,
} from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Disk {
	/** Makes a folder and its parents, unless they exist. */
	makeFolder(folder: string): Promise<void>;
	/** The names in a folder, unordered. */
	list(folder: string): Promise<readonly string[]>;
	/** Makes a folder's entries durable. */
	syncFolder(folder: string): Promise<void>;
	/** Reads a file's bytes from `from` up to, but not including, `to`. */
	read(path: string, from?: number, to?: number): AsyncIterable<Buffer>;
	/** Opens a file for writing; makes it if it does not exist. */
	open(path: string): Promise<DiskFile>;
	/** Removes a file, if it exists. */
	remove(path: string): Promise<void>;
	/** Removes a folder with all that is in it, if it exists. */
	removeFolder(folder: string): Promise<void>;
	/** Renames a file or a folder, replacing any file, or empty folder, of the new name. */
	rename(path: string, to: string): Promise<void>;
}

export interface DiskFile {
	/** Resolves with the number of bytes written, which may be fewer than were given. */
	write(bytes: Uint8Array, position: number): Promise<number>;
	/** Cuts the file to a size in bytes. */
	truncate(size: number): Promise<void>;
	/** Makes the written bytes durable (fdatasync). */
	sync(): Promise<void>;
	/** Throws if the file's path no longer names it: it was removed or replaced since it was opened. */
	check(): void;
	close(): Promise<void>;
}

/** The disk is full or read-only for now. */
export class DiskFull extends Error {}

const NO_DESCRIPTOR = ["EMFILE", "ENFILE"];
const FULL = new Set(["ENOSPC", "EDQUOT", "EROFS", ...NO_DESCRIPTOR]);
const DESCRIPTOR_REST_MS = 50;
const DESCRIPTOR_TRIES = 200;

/** The code of a system error, like ENOENT; empty for any other error. */
export const codeOf = (error: unknown): string =>
	error instanceof Error && "code" in error ? String(error.code) : "";

export const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);

/** Converts a failed write's error if trying again may help. */
export function asDiskFull(error: unknown): DiskFull | undefined {
	if (!FULL.has(codeOf(error))) return undefined;
	return new DiskFull(messageOf(error), { cause: error });
}

/** Only the server's own account may read its files: they hold messages. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const CHUNK_BYTES = 256 * 1024;
/** What `replaceFile` writes first; a crash may leave it. */
export const ASIDE = "aside.json";

/** Retries for ten seconds while no file descriptor is free: connections close all the time. */
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
		if (isFolder(folder)) return;
		// Node's recursive mkdir tries for ever below /proc, where nothing can be made.
		await realDisk.makeFolder(dirname(folder));
		await mkdir(folder, FOLDER_MODE).catch((error: unknown) => {
			// Another process was faster.
			if (isFolder(folder)) return;
			assertLeads(folder);
			throw error;
		});
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
		// A stream of Node throws at an empty range.
		if (to <= start) return;
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
	remove: (path) => rm(path, { force: true }),
	removeFolder: (folder) => rm(folder, { recursive: true, force: true }),
	rename,
};

const isFolder = (path: string) =>
	statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Throws if a path is a link to nothing, which may pass: its disk is mounted later. */
export function assertLeads(path: string): void {
	const target = existsSync(path) ? undefined : targetOf(path);
	if (target !== undefined)
		throw new Error(
			`${path} is a link to ${target}, which is not there, or this user may not see it. Mount the disk that it is on.`,
		);
}

function targetOf(path: string): string | undefined {
	try {
		return readlinkSync(path);
	} catch {
		// No link, or not there.
		return undefined;
	}
}

/** Whether a path still names the open file. */
export function isSameFile(path: string, fd: number): boolean {
	const named = statSync(path, { throwIfNoEntry: false });
	const { ino, dev } = fstatSync(fd);
	return named?.ino === ino && named.dev === dev;
}

/** A file of the data folder was removed or replaced from outside: no bug of ours. */
export class Removed extends Error {
	override readonly name = "Removed";
}

export const notOurs = (path: string) =>
	new Removed(
		`${path} was removed or replaced, or a folder above it, while the server ran. Put it back and start again.`,
	);

/** The names in a folder; none if it does not exist. */
export async function namesIn(disk: Disk, folder: string) {
	try {
		return await disk.list(folder);
	} catch (error) {
		if (codeOf(error) === "ENOENT") return [];
		throw error;
	}
}

/** The files in a folder that are named by the seq of an event, in their order; none if it does not exist. */
export async function numberedIn(disk: Disk, folder: string, pattern: RegExp) {
	const files = (await namesIn(disk, folder)).flatMap((name) => {
		const [, digits] = pattern.exec(name) ?? [];
		return digits ? { file: join(folder, name), seq: Number(digits) } : [];
	});
	return files.sort((a, b) => a.seq - b.seq);
}

/** A file's text, or the text from one byte up to another. */
export async function textOf(
	disk: Disk,
	...range: Parameters<Disk["read"]>
): Promise<string> {
	return (await gathered(disk.read(...range))).toString();
}

/** All bytes of some chunks, in one buffer. */
export async function gathered(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
	const all: Buffer[] = [];
	for await (const chunk of chunks) all.push(chunk);
	return Buffer.concat(all);
}

/** Writes all of `bytes`, in several calls if the disk writes fewer at a time. */
export async function writeAll(
	file: DiskFile,
	bytes: Uint8Array,
	position: number,
): Promise<void> {
	for (let done = 0; done < bytes.byteLength; ) {
		const written = await file.write(bytes.subarray(done), position + done);
		if (written === 0) throw new Error("the disk took no bytes");
		done += written;
	}
}

/** Opens a file, and closes it even if `use` rejects. */
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

/** Writes chunks into a file durably, in place of all that it has from a byte on. */
export function writeChunks(
	disk: Disk,
	path: string,
	chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
	from = 0,
): Promise<void> {
	return withFile(disk, path, async (file) => {
		let at = from;
		await file.truncate(at);
		for await (const chunk of chunks) {
			await writeAll(file, chunk, at);
			at += chunk.length;
		}
		await file.sync();
	}).catch((error: unknown) => {
		// The system names no path for a file that is open.
		throw Object.assign(Object(error), { path: Object(error).path ?? path });
	});
}

/** As `writeChunks`, but of a file that can't be written whole it leaves nothing: a part would only take room on a full disk. */
export async function writeNew(
	...args: Parameters<typeof writeChunks>
): Promise<void> {
	const [disk, path] = args;
	try {
		await writeChunks(...args);
	} catch (error) {
		// The error is thrown to the caller even if it can't be removed.
		await disk.remove(path).catch(() => {});
		throw error;
	}
}

/** Replaces a file's content durably and atomically. */
export async function replaceFile(
	disk: Disk,
	folder: string,
	name: string,
	text: string,
): Promise<void> {
	const aside = join(folder, ASIDE);
	await writeNew(disk, aside, [Buffer.from(text)]);
	await disk.rename(aside, join(folder, name));
	await disk.syncFolder(folder);
}
