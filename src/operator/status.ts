/** How the server is: rows of what is measured, and its value. */
import { statfs } from "node:fs/promises";
import type { EngineParts } from "../engine/parts.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import { logFolder } from "../log/reader.ts";
import { filesIn } from "../metrics/table.ts";
import { momentOf } from "../moment.ts";
import { DAY_MS } from "../rate-limit.ts";
import type { Table } from "./tables.ts";

export interface StatusParts
	extends Pick<
		EngineParts,
		"log" | "mail" | "version" | "states" | "clock" | "cluster"
	> {
	readonly refusals: RefusalCounter;
	/** The data folder; undefined if the log is in memory. */
	readonly folder: string | undefined;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
}

export async function status(parts: StatusParts): Promise<Table> {
	const { log, folder, states, clock, cluster } = parts;
	const since = momentOf(parts.startedAt);
	const isYoung = clock.now() - parts.startedAt < DAY_MS;
	const lately = isYoung ? `since ${since}` : "in the last 24 hours";
	const isClosed = states.committed.server.context.registration === "closed";
	const rows = [
		["version", parts.version],
		["started", since],
		...(cluster ? [["node", cluster.described]] : []),
		["people", `${states.committed.parts.inside.size} here`],
		["newcomers", isClosed ? "kept out" : "let in"],
		["events", String(log.committed)],
		...(log.frozen ? [["writing", "no: the disk takes no writes"]] : []),
		...(folder === undefined ? [] : await sizesOf(folder)),
		[`login codes ${lately}`, listOf(parts.mail.outbox.lastDay)],
		[`refused since ${since}`, listOf(parts.refusals.counts)],
	];
	return { heads: ["What", "Now"], rows, none: "" };
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
