/**
 * The edges of `plume serve --edges` have copies of the log in the data
 * folder. They are sent only what is durable, so a copy that goes further than
 * the log shows what the log has lost.
 */
import { join } from "node:path";
import { type Disk, numberedIn } from "./disk.ts";
import { seqOf } from "./line.ts";
import { headerOf, Lines, segmentsOf } from "./reader.ts";
import type { Head } from "./snapshots.ts";

const NUMBER = /^(\d+)$/;
/** More than the longest line has. */
const END_BYTES = 256 * 1024;

export const copiesFolder = (data: string) => join(data, "edges");

/** Where each copy ends. One that can't be read says nothing: its edge makes it anew. */
export async function headsOfCopies(disk: Disk, data: string): Promise<Head[]> {
	const copies = await numberedIn(disk, copiesFolder(data), NUMBER);
	const heads = copies.map(({ file }) => headOf(disk, file).catch(() => []));
	return (await Promise.all(heads)).flat();
}

async function headOf(disk: Disk, file: string): Promise<Head[]> {
	const last = (await segmentsOf(disk, file)).at(-1);
	if (!last) return [];
	const { id: log } = await headerOf(last);
	let end = Buffer.alloc(0);
	for await (const chunk of last.bytes())
		end = Buffer.concat([end, chunk]).subarray(-END_BYTES);
	const seqs = [...new Lines().cut(end)].map(seqOf).filter((seq) => seq > 0);
	return [{ file, log, seq: seqs.at(-1) ?? 0 }];
}
