/** The two forms of a backup: a folder, and a tar on a pipe. */
import { dirname, join, normalize } from "node:path";
import { ReadableStream } from "node:stream/web";
import { createTarDecoder, createTarPacker } from "modern-tar";
import { ConfigError } from "../config.ts";
import { MARK } from "../log/backup-mark.ts";
import {
	assertLeads,
	codeOf,
	type Disk,
	messageOf,
	namesIn,
	writeChunks,
} from "../log/disk.ts";
import { logFolder, segmentName, segmentsOf } from "../log/reader.ts";

/** Everything that may be in a backup. */
const NAME = /^(log\/\d{20}\.ndjson|secret|backup\.json)$/;

/** What was read is no backup, or only a part of one. */
export class NoBackup extends Error {}

export interface BackupWriter {
	add(name: string, bytes: Buffer): Promise<void>;
	/** Resolves when all of it is durable, or handed over. */
	finish(): Promise<void>;
	/** Leaves nothing that looks like a backup. */
	abandon(): Promise<void>;
}

/** Until it is finished, the folder has another name. Throws `ConfigError` unless it is new or empty. */
export async function folderWriter(
	disk: Disk,
	path: string,
): Promise<BackupWriter> {
	const folder = normalize(path).replace(/\/$/, "");
	const draft = `${folder}.unfinished`;
	if ((await namesIn(disk, folder)).length > 0)
		throw new ConfigError(`${path} is not empty. Name a folder that is new.`);
	assertLeads(folder);
	await disk.removeFolder(draft);
	if (await isThere(disk, folder)) await assertReplaceable(disk, folder, draft);
	await disk.makeFolder(logFolder(draft));
	let made = draft;
	return {
		add: (name, bytes) => writeChunks(disk, join(draft, name), [bytes]),
		async finish() {
			await disk.syncFolder(logFolder(draft));
			await disk.syncFolder(draft);
			await disk.rename(draft, folder);
			made = folder;
			await disk.syncFolder(dirname(folder));
		},
		abandon: () => disk.removeFolder(made),
	};
}

const isThere = (disk: Disk, folder: string) =>
	disk.list(folder).then(
		() => true,
		() => false,
	);

/** Throws `ConfigError` if an empty folder can't be replaced, as a link or a mount point: else that would show when all is written. */
async function assertReplaceable(disk: Disk, folder: string, draft: string) {
	await disk.makeFolder(draft);
	await disk.rename(draft, folder).catch(async (error: unknown) => {
		await disk.removeFolder(draft);
		throw new ConfigError(
			`${folder} can't be replaced by a backup (${codeOf(error)}), as a link or a mount point can't. Name a new folder in it, like ${join(folder, "plume")}.`,
		);
	});
}

/** Writes a tar. Its reader knows that it is whole by its last file. */
export function tarWriter(
	write: (bytes: Uint8Array) => Promise<void>,
): BackupWriter {
	const { readable, controller } = createTarPacker();
	const written = (async () => {
		for await (const chunk of readable) await write(chunk);
	})();
	// It is awaited only at the end.
	written.catch((error: unknown) => controller.error(error));
	return {
		async add(name, bytes) {
			const header = { name, size: bytes.length, mode: 0o600 };
			const file = controller.add(header).getWriter();
			await file.write(bytes);
			await file.close();
		},
		async finish() {
			controller.finalize();
			await written;
		},
		async abandon() {
			controller.error(new Error("the backup was broken off"));
			await written.catch(() => {});
		},
	};
}

export interface BackupFile {
	readonly name: string;
	readonly chunks: AsyncIterable<Uint8Array>;
}

/** The files of a backup, each to be read before the next. */
export async function* backupFiles(
	path: string,
	disk: Disk,
	stdin: AsyncIterable<Buffer>,
): AsyncGenerator<BackupFile> {
	if (path === "-") return yield* tarFiles(stdin);
	for (const { first = 0, bytes } of await segmentsOf(disk, path))
		yield { name: `log/${segmentName(first)}`, chunks: bytes() };
	const names = await namesIn(disk, path);
	for (const name of ["secret", MARK])
		if (names.includes(name))
			yield { name, chunks: disk.read(join(path, name)) };
}

async function* tarFiles(
	stdin: AsyncIterable<Buffer>,
): AsyncGenerator<BackupFile> {
	const source: ReadableStream<Uint8Array> = ReadableStream.from(stdin);
	const { readable, writable } = createTarDecoder({ strict: true });
	const read = source.pipeTo(writable);
	read.catch(() => {});
	for await (const { header, body } of orNoBackup(readable)) {
		const { name } = header;
		if (!NAME.test(name))
			throw new NoBackup(
				`This tar is no backup: it has ${name} in it. If it was made of a backup's folder, unpack it, and name that folder.`,
			);
		yield { name, chunks: orNoBackup(body) };
	}
	await read;
}

async function* orNoBackup<Value>(values: AsyncIterable<Value>) {
	try {
		yield* values;
	} catch (error) {
		throw new NoBackup(
			`Standard input is no whole backup: ${messageOf(error)}`,
			{ cause: error },
		);
	}
}
