/**
 * Opens LOG for a command: a data folder, one segment, standard input, or a
 * stream on NATS, which is fetched into memory. It is only read. Problems with it are printed and give the exit code.
 */
import { basename } from "node:path";
import { systemClock } from "../clock.ts";
import type { NatsSettings } from "../cluster/nats-settings.ts";
import { copyFromStream } from "../cluster/stream-copy.ts";
import { ConfigError } from "../config.ts";
import {
	DeterminismError,
	type Folded,
	fold,
	type Step,
} from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import type { LogParts as OpenedLog } from "../inspector/log-timeline.ts";
import type { ReplayServer } from "../inspector/replay-server.ts";
import { Damage } from "../log/damage.ts";
import { codeOf, type Disk } from "../log/disk.ts";
import { Evidence, type EvidenceOptions, Incomplete } from "../log/evidence.ts";
import { openFileLog } from "../log/file-log.ts";
import type { Lock } from "../log/lock.ts";
import type { Stored } from "../log/log.ts";
import { memoryDisk } from "../log/memory-disk.ts";
import {
	logFolder,
	readBatches,
	type Source,
	segmentsOf,
} from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import { WrongState } from "./checkpoints.ts";

/** 0 all is well, 1 failure, 3 a log failed verification. */
export type ExitCode = 0 | 1 | 3;

export interface CommandContext {
	/** The default LOG. */
	readonly data: string;
	readonly disk: Disk;
	readonly stdin: AsyncIterable<Buffer>;
	/** Writes to standard output. Throws `ConfigError` if that is a terminal. */
	readonly write: (bytes: Uint8Array) => Promise<void>;
	/** The secret that is configured, if it is not the data folder's. */
	readonly secret: () => string | undefined;
	/** How to reach a stream. Throws `ConfigError`. */
	readonly nats: (address: string) => NatsSettings;
	/** Locks a data folder, made if it does not exist. Rejects with `Locked` if it is in use. */
	readonly lock: (folder: string) => Promise<Pick<Lock, "release">>;
	readonly print: (line: string) => void;
	readonly warn: (line: string) => void;
	/** Waits for a while; resolves with false when the command should end. */
	readonly pause: () => Promise<boolean>;
	/** Opens the inspector over a log. */
	readonly show: (log: OpenedLog) => Promise<ReplayServer>;
}

/** A parsed command. */
export interface LogCommand {
	/** LOG, if one was given. */
	readonly source: string | undefined;
	readonly run: (parts: CommandContext) => Promise<ExitCode>;
}

export interface LogInput {
	readonly path: string;
	readonly sources: readonly Source[];
	readonly verifier: Verifier;
	/** The whole log. Throws where a start would refuse it. */
	readonly batches: AsyncIterable<readonly Stored[]>;
	/** The same. Throws `ConfigError` if it does not begin with the first event. */
	readonly fromFirst: AsyncIterable<readonly Stored[]>;
	/** Folds the batches from the first event on. Throws `DeterminismError` and `ConfigError`. */
	readonly fold: (
		onStep: (step: Step) => void,
		until?: (stored: Stored) => boolean,
	) => Promise<Folded>;
	/** Where the fold stopped early, reads on until each text that is gone up to there is known to be erased. Throws `Damage` if one is not. */
	readonly readOn: () => Promise<void>;
}

export type Query = (log: LogInput, parts: CommandContext) => Promise<ExitCode>;

/** A command that reads a log. The exit code is 1 if there is none, and 3 if it fails verification. Missing events are a warning unless it is strict. `from` is a stream that is copied into LOG first, an empty data folder. */
export const logCommand = (
	source: string | undefined,
	query: Query,
	{
		strict = false,
		from,
	}: { strict?: boolean; from?: NatsSettings | undefined } = {},
): LogCommand => ({
	source,
	async run(given) {
		const path = source || given.data;
		const isFetched = isStream(path);
		const stream = isFetched ? given.nats(path) : from;
		const parts = isFetched ? { ...given, disk: memoryDisk() } : given;
		const { warn, disk } = parts;
		const partial = isPartial(path);
		const verifier = new Verifier({ partial });
		const noLog = (): ExitCode => {
			warn(
				`There is no log in ${path === "-" ? "standard input" : path}. Name a data folder (the one above log/), a stream, a segment or -.`,
			);
			return 1;
		};
		const read = async (): Promise<ExitCode> => {
			// A text may be erased while it is fetched.
			const data = { disk, folder: path, ...(isFetched && { isMirror: true }) };
			if (stream) await fetchStream(stream, data, warn);
			const evidence = partial
				? undefined
				: await Evidence.in({
						...{ ...data, acceptMissing: !strict },
						warn: ({ message }) => warn(message),
					});
			const sources = await sourcesOf(path, parts);
			if (sources.length === 0) {
				evidence?.check(verifier);
				return noLog();
			}
			const verified =
				evidence?.read(sources, verifier) ?? readBatches(sources, verifier);
			let isRead = false;
			const batches = (async function* () {
				yield* verified;
				// Without this, a pipe whose writer failed would be verified.
				if (path === "-" && verifier.seq === 0)
					throw Object.assign(new Error("it is empty"), { code: "ENOENT" });
				// What follows a piece may erase what has no text in it.
				if (partial) verifier.assertErasuresLogged(Infinity);
				isRead = true;
			})();
			const log = inputOf({ path, sources, verifier }, batches);
			try {
				const code = await query(log, parts);
				await log.readOn();
				// Before the end, damage cannot be told from a torn tail.
				if (isRead && verifier.torn)
					warn(`A torn tail was left out: ${verifier.torn.message}.`);
				return code;
			} finally {
				await batches.return();
			}
		};
		return explaining({ verifier, warn }, read).catch((error: unknown) => {
			if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return noLog();
			throw error;
		});
	},
});

/** What a query gets of a log. Where it stops early, the batches stay open for `readOn`. */
function inputOf(
	about: Pick<LogInput, "path" | "sources" | "verifier">,
	verified: AsyncGenerator<readonly Stored[], void>,
): LogInput {
	const { verifier } = about;
	const next = () => verified.next();
	const batches = { [Symbol.asyncIterator]: () => ({ next }) };
	const fromFirst = beginning(about.path, batches);
	let end = 0;
	return {
		...{ ...about, batches, fromFirst },
		async fold(onStep, until) {
			const state = State.initial(verifier);
			const folded = await fold(state, fromFirst, onStep, until);
			end = folded.seq;
			return folded;
		},
		async readOn() {
			while (verifier.lacksErasure(end) && !(await next()).done);
		},
	};
}

async function* beginning(path: string, batches: LogInput["batches"]) {
	let isFirst = true;
	for await (const batch of batches) {
		const { seq = 1 } = batch[0] ?? {};
		if (isFirst && seq > 1)
			throw new ConfigError(
				`${path === "-" ? "Standard input" : path} begins with event ${seq}, and this needs all before it: name the data folder.`,
			);
		isFirst = false;
		yield batch;
	}
}

/** Says what is wrong with a log that a task found no use, and returns 3 then. */
export async function explaining(
	{ verifier, warn }: Pick<CommandContext, "warn"> & { verifier: Verifier },
	task: () => Promise<ExitCode>,
): Promise<ExitCode> {
	try {
		return await task();
	} catch (error) {
		if (error instanceof Damage) warn(`${error.message}.`);
		else if (error instanceof Incomplete) warn(error.message);
		else if (error instanceof DeterminismError || error instanceof WrongState)
			warn(`${basename(verifier.file)}: ${error.message}.`);
		else throw error;
		return 3;
	}
}

export const isStream = (path: string) => path.startsWith("nats://");

/** Copies a stream into an empty data folder. Throws `Damage` or `HoleInStream`, and `ConfigError` if there is no such stream. */
async function fetchStream(
	settings: NatsSettings,
	into: EvidenceOptions,
	warn: (line: string) => void,
) {
	const { disk, folder } = into;
	const { openNatsStream } = await import("../cluster/nats-stream.ts");
	const port = await openNatsStream(settings, { mustExist: true });
	const clock = systemClock();
	const log = openFileLog({ ...into, clock, ids: () => "" });
	try {
		for await (const _ of log.read());
		await copyFromStream(port, log, clock, warn);
		await disk.syncFolder(logFolder(folder));
		await disk.syncFolder(folder);
	} finally {
		await log.close();
		await port.close();
	}
}

/** Whether LOG is one segment or a pipe, so that it may begin in the middle. */
export const isPartial = (path: string) =>
	path === "-" || path.endsWith(".ndjson");

/** None if a data folder has no log. */
export async function sourcesOf(
	path: string,
	{ disk, stdin }: Pick<CommandContext, "disk" | "stdin">,
): Promise<readonly Source[]> {
	if (path === "-") return [{ file: "standard input", bytes: () => stdin }];
	if (isPartial(path))
		return [{ file: path, bytes: (from, to) => disk.read(path, from, to) }];
	return segmentsOf(disk, path);
}
