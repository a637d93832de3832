/**
 * LOG, as every command understands it: a data folder, one segment, or
 * standard input. It is only ever read, and what is wrong with it is told in
 * words and by the exit code.
 */
import { basename } from "node:path";
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
import { Evidence, Incomplete } from "../log/evidence.ts";
import type { Stored } from "../log/log.ts";
import { readBatches, type Source, segmentsOf } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import { WrongState } from "./checkpoints.ts";

/** 0 all is well, 1 failure, 3 a log failed verification. */
export type ExitCode = 0 | 1 | 3;

export interface LogParts {
	/** What LOG is if none is named. */
	readonly data: string;
	readonly disk: Disk;
	readonly stdin: AsyncIterable<Buffer>;
	readonly print: (line: string) => void;
	readonly warn: (line: string) => void;
	/** Waits for a while; answers whether to go on. */
	readonly pause: () => Promise<boolean>;
	/** Opens a page over a log. */
	readonly show: (log: OpenedLog) => Promise<ReplayServer>;
}

/** What was typed, and understood. */
export interface LogCommand {
	/** LOG, if one was named. */
	readonly source: string | undefined;
	readonly run: (parts: LogParts) => Promise<ExitCode>;
}

export interface Reading {
	readonly path: string;
	readonly sources: readonly Source[];
	readonly verifier: Verifier;
	/** All of it, as a start reads it: throws at the end if that would refuse it. */
	readonly batches: AsyncIterable<readonly Stored[]>;
	/** Folds these batches from the first event on. Throws `DeterminismError`. */
	readonly fold: (
		onStep: (step: Step) => void,
		until?: (stored: Stored) => boolean,
	) => Promise<Folded>;
}

export type Question = (log: Reading, parts: LogParts) => Promise<ExitCode>;

/** A command that asks something of a log: answers 1 if there is none, and 3 where it fails verification. Missing events are more than warned of if it is strict. */
export const asking = (
	source: string | undefined,
	question: Question,
	{ strict = false } = {},
): LogCommand => ({
	source,
	async run(parts) {
		const { warn, disk } = parts;
		const path = source || parts.data;
		const partial = isPartial(path);
		const verifier = new Verifier({ partial });
		const noLog = (): ExitCode => {
			warn(`There is no log in ${path}. Name a data folder, a segment or -.`);
			return 1;
		};
		try {
			const evidence = partial
				? undefined
				: await Evidence.in({
						...{ disk, folder: path, acceptMissing: !strict },
						warn: ({ message }) => warn(message),
					});
			const sources = await sourcesOf(path, parts);
			if (sources.length === 0) {
				evidence?.check(verifier);
				return noLog();
			}
			const batches =
				evidence?.read(sources, verifier) ?? readBatches(sources, verifier);
			const log: Reading = {
				...{ path, sources, verifier, batches },
				fold: (onStep, until) =>
					fold(State.initial(verifier), batches, onStep, until),
			};
			const code = await question(log, parts);
			if (verifier.torn)
				warn(`A torn tail was left out: ${verifier.torn.message}.`);
			return code;
		} catch (error) {
			if (codeOf(error) === "ENOENT") return noLog();
			if (error instanceof Damage) warn(`${error.message}.`);
			else if (error instanceof Incomplete) warn(error.message);
			else if (error instanceof DeterminismError || error instanceof WrongState)
				warn(`${basename(verifier.file)}: ${error.message}.`);
			else throw error;
			return 3;
		}
	},
});

/** One segment, or a pipe. */
export const isPartial = (path: string) =>
	path === "-" || path.endsWith(".ndjson");

/** None where a data folder has no log. */
export async function sourcesOf(
	path: string,
	{ disk, stdin }: Pick<LogParts, "disk" | "stdin">,
): Promise<readonly Source[]> {
	if (path === "-") return [{ file: "standard input", bytes: () => stdin }];
	if (isPartial(path))
		return [{ file: path, bytes: (from, to) => disk.read(path, from, to) }];
	return segmentsOf(disk, path);
}
