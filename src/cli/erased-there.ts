/**
 * Finds out which messages of a backup were erased later, and which of its
 * names were set free, as another copy of its log shows. That copy may be damaged: each of its lines counts by itself.
 */
import {
	type Identity,
	isOverwriting,
	type NameKey,
	type PlumeEvent,
} from "../../machines/events.ts";
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
	/** Lines that were erased there after the backup, where no line shows that they are these. */
	readonly unsure: number;
	/** Names that are nobody's there, or somebody else's, and that it has as somebody's. */
	readonly freed: readonly string[];
}

/** Throws `ConfigError` if `newer` has another log than `backup`, which ends with `end`. */
export async function erasedThere(
	disk: Disk,
	newer: string,
	backup: string,
	end: Pick<Prefix, "id" | "seq" | "hash" | "state">,
): Promise<ErasedThere> {
	const texts = new SeqSet();
	for await (const line of eachLine(await segmentsOf(disk, backup)))
		if (line?.kind === "entry" && line.tail !== "erased")
			texts.add(line.stored.seq);
	/** The hash of each line that is erased there only; undefined if only its erasure could be read. */
	const found = new Map<number, string | undefined>();
	const { names } = end.state.server.context;
	/** Who has each name there. */
	const owners = new Map([...names].map(([key, one]) => [key, one.identity]));
	let [upTo, unread] = [0, 0];
	/** The last readable line that the backup should have, too. */
	let common = { seq: 0, hash: "" };
	for await (const line of eachLine(await segmentsOf(disk, newer))) {
		if (!line) unread++;
		else if (line.kind === "header") {
			if (line.id !== end.id)
				throw new ConfigError(
					`--erasures-from: ${newer} has the log of another server. Name a copy of the backup's log.`,
				);
		} else {
			const { seq, event } = line.stored;
			upTo = Math.max(upTo, seq);
			if (seq <= end.seq) {
				common = { seq, hash: line.hash };
				if (texts.has(seq) && line.tail === "erased") found.set(seq, line.hash);
				continue;
			}
			if (isOverwriting(event))
				for (const each of event.seqs)
					if (texts.has(each) && !found.has(each)) found.set(each, undefined);
			handOver(owners, event);
		}
	}
	if (upTo === 0)
		throw new ConfigError(`--erasures-from: ${newer} has no log in it.`);
	const seqs = new Set<number>();
	const later: number[] = [];
	let goesOn = false;
	// After an earlier restore, the same number may be another message.
	for await (const line of eachLine(await segmentsOf(disk, backup))) {
		if (line?.kind !== "entry") continue;
		const { seq } = line.stored;
		if (seq === common.seq) goesOn = line.hash === common.hash;
		if (!found.has(seq)) continue;
		const hash = found.get(seq);
		if (hash === line.hash) seqs.add(seq);
		else if (hash === undefined) later.push(seq);
	}
	if (goesOn) for (const seq of later) seqs.add(seq);
	const unsure = goesOn ? 0 : later.length;
	const freed = [...names].flatMap(([key, { name, identity }]) =>
		owners.get(key) === identity ? [] : name,
	);
	return { seqs, upTo, unread, unsure, freed };
}

function handOver(owners: Map<NameKey, Identity>, event: PlumeEvent): void {
	if (event.type === "login.succeeded")
		owners.set(event.nameKey, event.identity);
	else if (event.type === "name.released") owners.delete(event.nameKey);
	else if (event.type === "name.renamed") {
		const owner = owners.get(event.nameKey);
		if (!event.stays) owners.delete(event.nameKey);
		if (owner) owners.set(event.to, owner);
	}
}
