/**
 * `plume backup`: copies a log and its secret while a server may be writing
 * and erasing.
 *
 * An erasure is committed before it overwrites anything. So when the log is
 * read from its beginning on, and its end is determined last, every line that
 * was read without its text has its event further on in the copy. Only in that
 * of a mirror it may be missing; a restore then erases the message again.
 */
import { join, resolve, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../config.ts";
import { fold } from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import { type BackupMark, MARK } from "../log/backup-mark.ts";
import { type Disk, namesIn, textOf } from "../log/disk.ts";
import { Evidence } from "../log/evidence.ts";
import { Lines, type Source, segmentName, segmentsOf } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import { type BackupWriter, folderWriter, tarWriter } from "./backup-files.ts";
import { opened } from "./each-line.ts";
import { boolean, parseOptions } from "./options.ts";
import {
	type CommandContext,
	type ExitCode,
	explaining,
	type LogCommand,
} from "./source.ts";

/** How often a line is read again that a server is overwriting: it needs a few milliseconds. */
const TRIES = 20;
const PAUSE_MS = 25;
const SLICE_BYTES = 256 * 1024;

export function parse(args: readonly string[]): LogCommand {
	const options = { "without-secret": boolean };
	const expects = "one new folder, or - for standard output";
	const takes = { least: 1, expects };
	const { positionals, values } = parseOptions("backup", args, options, takes);
	const [into = ""] = positionals;
	const withSecret = !values["without-secret"];
	return {
		source: undefined,
		run: (parts) => backup(into, withSecret, parts),
	};
}

async function backup(
	into: string,
	withSecret: boolean,
	parts: CommandContext,
): Promise<ExitCode> {
	const { data, disk, warn } = parts;
	if (`${resolve(into)}${sep}`.startsWith(`${resolve(data)}${sep}`))
		throw new ConfigError(`${into} lies in ${data}. Name another folder.`);
	const verifier = new Verifier();
	// Listed before the log is read, because a running server's log is ahead.
	return explaining({ verifier, warn }, async () => {
		const evidence = await Evidence.in({ disk, folder: data });
		if ((await segmentsOf(disk, data)).length === 0) {
			warn(`There is no log in ${data}: PLUME_DATA names the data folder.`);
			return 1;
		}
		const isStream = into === "-";
		const writer = isStream
			? tarWriter(parts.write)
			: await folderWriter(disk, into);
		const print = isStream ? warn : parts.print;
		try {
			const found = await copy(parts, withSecret, verifier, evidence, writer);
			const target = isStream ? "a tar" : into;
			for (const line of described(data, target, found)) print(line);
			return 0;
		} catch (error) {
			await writer.abandon();
			warn(
				isStream
					? "The backup failed. What was written is a part of one, and no backup:"
					: "The backup failed, and nothing is left of it:",
			);
			throw error;
		}
	});
}

interface Copied extends BackupMark {
	readonly bytes: number;
	readonly secret: "copied" | "left out" | "not there";
}

async function copy(
	{ data, disk }: CommandContext,
	withSecret: boolean,
	verifier: Verifier,
	evidence: Evidence,
	writer: BackupWriter,
): Promise<Copied> {
	let bytes = 0;
	async function add(name: string, content: Buffer) {
		bytes += content.length;
		await writer.add(name, content);
	}
	const sources = capture(disk, data, async ({ first = 1 }, content) => {
		const sound = content.subarray(0, verifier.offset);
		if (sound.length > 0) await add(`log/${segmentName(first)}`, sound);
	});
	const read = evidence.read(sources, verifier);
	const { state } = await fold(State.initial(verifier), read);
	const { id: log, seq, hash } = verifier;
	const stateHash = state.hash();
	const isThere = (await namesIn(disk, data)).includes("secret");
	if (isThere && withSecret)
		await add("secret", Buffer.from(await textOf(disk, join(data, "secret"))));
	const mark = { log, seq, hash, stateHash, made: Date.now() };
	await add(MARK, Buffer.from(`${JSON.stringify(mark)}\n`));
	await writer.finish();
	const here = withSecret ? "copied" : "left out";
	return { ...mark, bytes, secret: isThere ? here : "not there" };
}

function described(data: string, into: string, copied: Copied): string[] {
	const { seq, stateHash, made, bytes, secret } = copied;
	const time = new Date(made).toISOString();
	const keep = "Without it nobody can log in under their name again";
	return [
		`Copied events 1 to ${seq} of ${data} into ${into}: ${sizeInWords(bytes)}, at ${time}.`,
		`State ${stateHash} after event ${seq}.`,
		{
			copied: "The secret is in it: let nobody read it.",
			"left out": `The secret is not in it. ${keep}: keep ${join(data, "secret")} elsewhere.`,
			"not there": `The secret is not in it, for ${data} has none. ${keep}: keep PLUME_SECRET elsewhere.`,
		}[secret],
	];
}

const sizeInWords = (bytes: number) =>
	bytes < 1e6
		? `${(bytes / 1e3).toFixed(1)} kB`
		: `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * The segments of a log, each read whole before it is yielded. A segment is
 * done with when the next one is asked for. The end of the last one, and that
 * it is the last, are determined after everything else was read.
 */
async function* capture(
	disk: Disk,
	data: string,
	done: (source: Source, content: Buffer) => Promise<void>,
): AsyncGenerator<Source> {
	for (let nth = 0; ; nth++) {
		const chunks: Buffer[] = [];
		for (let size = 0; ; ) {
			const sources = await segmentsOf(disk, data);
			const source = sources[nth];
			if (!source) return;
			const before = size;
			for await (const chunk of source.bytes(size)) {
				chunks.push(chunk);
				size += chunk.length;
			}
			if (size > before) continue;
			const content = Buffer.concat(chunks.splice(0));
			await readAgain(source, content);
			const isLast = nth === sources.length - 1;
			yield {
				...{ ...source, isLast },
				// In slices, because the events of a chunk are in memory at once.
				bytes: async function* () {
					for (let at = 0; at < content.length; at += SLICE_BYTES)
						yield content.subarray(at, at + SLICE_BYTES);
				},
			};
			await done(source, content);
			if (isLast) return;
			break;
		}
	}
}

/** Replaces lines that were read in the middle of being overwritten. */
async function readAgain(source: Source, content: Buffer): Promise<void> {
	let at = 0;
	for (const line of new Lines().cut(content)) {
		const end = at + line.length;
		for (let left = TRIES; left > 0 && isBroken(line); left--) {
			await sleep(PAUSE_MS);
			let to = at;
			for await (const chunk of source.bytes(at, end))
				to += chunk.copy(content, to);
		}
		at = end + 1;
	}
}

function isBroken(bytes: Buffer): boolean {
	const line = opened(bytes);
	// The verifier says what is wrong with a line that makes no sense.
	return line?.kind === "entry" && line.tail === "broken";
}
