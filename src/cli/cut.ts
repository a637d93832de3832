/**
 * `plume cut`: copies the sound beginning of a log, or a part of that, into a
 * new data folder, with the secret. The copy is marked as restored, so rooms
 * get new epochs, and messages that were erased later are erased there too.
 * The source folder is only read. No server starts with a copy that is not whole.
 */
import { join, resolve, sep } from "node:path";
import { ConfigError } from "../config.ts";
import { type Disk, namesIn, writeChunks } from "../log/disk.ts";
import type { Stored } from "../log/log.ts";
import {
	logFolder,
	type Source,
	segmentName,
	segmentsOf,
} from "../log/reader.ts";
import { alone, draftIn, putInPlace, removeDraft } from "./draft.ts";
import { leftOut } from "./left-out.ts";
import { markRestored } from "./mark-restored.ts";
import { parseOptions, parseUntil, string } from "./options.ts";
import { type Prefix, soundPrefix } from "./prefix.ts";
import { quoted } from "./quoted.ts";
import type { CommandContext, ExitCode, LogCommand } from "./source.ts";

interface Read {
	readonly source: string;
	readonly sources: readonly Source[];
	readonly prefix: Prefix;
}

export function parse(args: readonly string[]): LogCommand {
	const expects = "a data folder and a new folder";
	const takes = { least: 2, most: 2, expects };
	const parsed = parseOptions("cut", args, { to: string }, takes);
	const { values, positionals } = parsed;
	const [source = "", into = ""] = positionals;
	const isBehind = parseUntil(values.to);
	return { source, run: (parts) => cut(source, into, isBehind, parts) };
}

async function cut(
	source: string,
	into: string,
	isBehind: (stored: Stored) => boolean,
	parts: CommandContext,
): Promise<ExitCode> {
	const { disk, warn } = parts;
	if (`${resolve(into)}${sep}`.startsWith(`${resolve(source)}${sep}`))
		throw new ConfigError(`${into} lies in ${source}, which is never written.`);
	await assertEmpty(disk, into);
	const sources = await segmentsOf(disk, source);
	if (sources.length === 0) {
		warn(`There is no log in ${source}. Name a data folder.`);
		return 1;
	}
	const prefix = await soundPrefix(sources, isBehind);
	if (prefix.seq === 0) {
		const { wrong } = prefix;
		const why = wrong && `Nothing is sound: ${wrong}.`;
		warn(why ?? "The first sound batch of events ends later than that.");
		return 3;
	}
	return alone(into, parts, () =>
		copy({ source, sources, prefix }, into, parts),
	);
}

async function assertEmpty(disk: Disk, into: string): Promise<void> {
	const names = await namesIn(disk, into);
	// A start that was refused leaves it.
	const there = names.filter((name) => name !== "lock");
	if (there.length > 0 || (await namesIn(disk, logFolder(into))).length > 0)
		throw new ConfigError(`${into} is not empty. Name a folder that is new.`);
}

async function copy(
	{ source, sources, prefix }: Read,
	into: string,
	{ disk, print, warn }: CommandContext,
): Promise<ExitCode> {
	await assertEmpty(disk, into);
	const { seq } = prefix;
	const draft = draftIn(into);
	await disk.makeFolder(logFolder(draft));
	try {
		await copyLog(disk, sources, prefix, draft);
		const copied = await soundPrefix(await segmentsOf(disk, draft));
		if (copied.seq !== seq || copied.hash !== prefix.hash) {
			warn(`${source} changed while it was copied. Remove ${into}, try again.`);
			return 1;
		}
		await markRestored(disk, draft, copied);
		const hasSecret = await copySecret(disk, source, draft);
		await putInPlace(disk, into);
		print(
			`Copied events 1 to ${seq} into ${into}: the last whole batch ends there.`,
		);
		const { size } = copied.erased;
		if (size > 0) print(`Erased again, as later in ${source}: ${size}.`);
		if (!hasSecret)
			warn(
				`${source} has no secret: start it with the one it was written with.`,
			);
	} catch (error) {
		warn(`The copy is not whole: remove ${into}, and try again.`);
		throw error;
	}
	await removeDraft(disk, into);
	for await (const line of leftOut(disk, source, sources, prefix)) print(line);
	print(`Start it: PLUME_DATA=${quoted(into)} plume serve`);
	return 0;
}

async function copyLog(
	disk: Disk,
	sources: readonly Source[],
	{ segments, bytes }: Prefix,
	into: string,
): Promise<void> {
	for (const [nth, { first = 1, ...source }] of sources.entries()) {
		if (nth >= segments) break;
		const end = nth === segments - 1 ? bytes : undefined;
		const path = join(logFolder(into), segmentName(first));
		await writeChunks(disk, path, source.bytes(0, end));
	}
	await disk.syncFolder(logFolder(into));
	await disk.syncFolder(into);
}

async function copySecret(disk: Disk, from: string, into: string) {
	if (!(await namesIn(disk, from)).includes("secret")) return false;
	const secret = disk.read(join(from, "secret"));
	await writeChunks(disk, join(into, "secret"), secret);
	await disk.syncFolder(into);
	return true;
}
