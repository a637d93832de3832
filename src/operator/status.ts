/** How the server is: rows of what is measured, and its value. */
import { statfs } from "node:fs/promises";
import type { EngineParts } from "../engine/parts.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import { logFolder } from "../log/reader.ts";
import { filesIn } from "../metrics/table.ts";
import { momentOf } from "../moment.ts";

export interface StatusParts
	extends Pick<EngineParts, "log" | "mail" | "version" | "states"> {
	readonly refusals: RefusalCounter;
	/** The data folder; undefined if the log is in memory. */
	readonly folder: string | undefined;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
}

export async function statusRows(parts: StatusParts): Promise<string[][]> {
	const { log, folder, states } = parts;
	const since = momentOf(parts.startedAt);
	const rows = [
		["version", parts.version],
		["started", since],
		["people", `${states.committed.parts.inside.size} here`],
		["events", String(log.committed)],
		...(log.frozen ? [["writing", "no: the disk is full"]] : []),
		...(folder === undefined ? [] : await sizesOf(folder)),
		[`mails since ${since}`, listOf(parts.mail.outbox.outcomes)],
		[`refused since ${since}`, listOf(parts.refusals.counts)],
	];
	return rows;
}

async function sizesOf(folder: string): Promise<string[][]> {
	const { bavail, bsize } = await statfs(folder);
	const files = await filesIn(logFolder(folder));
	const bytes = files.reduce((sum, { size }) => sum + size, 0);
	return [
		["log", megabytes(bytes)],
		["disk free", megabytes(bavail * bsize)],
	];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** The most frequent first; those that never happened are left out. */
function listOf(counts: Readonly<Record<string, number>>): string {
	const some = Object.entries(counts).filter(([, count]) => count > 0);
	const sorted = some.sort(([, one], [, other]) => other - one);
	return sorted.map(([name, count]) => `${count} ${name}`).join(", ") || "none";
}
