/**
 * Finds out which messages of a backup were erased later, as another copy of
 * its log shows. That copy may be damaged: each of its lines counts by itself.
 */
import { isOverwriting } from "../../machines/events.ts";
import { ConfigError } from "../config.ts";
import type { Disk } from "../log/disk.ts";
import { segmentsOf } from "../log/reader.ts";
import { SeqSet } from "../log/seq-set.ts";
import { eachLine } from "./each-line.ts";
import type { Prefix } from "./prefix.ts";

export interface ErasedThere {
	/** The messages of the backup. */
	readonly seqs: ReadonlySet<number>;
	/** The last event that could be read, and how many lines could not. */
	readonly upTo: number;
	readonly unread: number;
}

/** Throws `ConfigError` if `newer` has another log than `backup`, which ends with `end`. */
export async function erasedThere(
	disk: Disk,
	newer: string,
	backup: string,
	end: Pick<Prefix, "id" | "seq" | "hash">,
): Promise<ErasedThere> {
	const texts = new SeqSet();
	for await (const line of eachLine(await segmentsOf(disk, backup)))
		if (line?.kind === "entry" && line.tail !== "erased")
			texts.add(line.stored.seq);
	/** The hash of each line that is erased there only; undefined if only its erasure could be read. */
	const found = new Map<number, string | undefined>();
	let [upTo, unread, goesOn] = [0, 0, false];
	for await (const line of eachLine(await segmentsOf(disk, newer))) {
		if (!line) unread++;
		else if (line.kind === "header") {
			if (line.id !== end.id)
				throw new ConfigError(`${newer} has the log of another server.`);
		} else {
			const { seq, event } = line.stored;
			upTo = Math.max(upTo, seq);
			if (seq === end.seq) goesOn = line.hash === end.hash;
			if (texts.has(seq) && line.tail === "erased") found.set(seq, line.hash);
			if (seq > end.seq && isOverwriting(event))
				for (const each of event.seqs)
					if (texts.has(each) && !found.has(each)) found.set(each, undefined);
		}
	}
	if (upTo === 0)
		throw new ConfigError(`--erasures-from: ${newer} has no log in it.`);
	const seqs = new Set<number>();
	// After an earlier restore, the same number may be another message.
	for await (const line of eachLine(await segmentsOf(disk, backup))) {
		if (line?.kind !== "entry" || !found.has(line.stored.seq)) continue;
		const hash = found.get(line.stored.seq);
		if (hash === undefined ? goesOn : hash === line.hash)
			seqs.add(line.stored.seq);
	}
	return { seqs, upTo, unread };
}
