/** Marks a copied log as restored: rooms get new epochs, and what was erased later is erased again. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { LOBBY } from "../../machines/message.ts";
import { logRestored, roomOpened } from "../engine/commands/rooms.ts";
import { sessionsClosed } from "../engine/commands/sessions.ts";
import { evolved } from "../engine/evolve.ts";
import { type Disk, writeChunks } from "../log/disk.ts";
import { type Draft, draft, sealBatch } from "../log/line.ts";
import type { Entry } from "../log/log.ts";
import { logFolder, segmentName } from "../log/reader.ts";
import type { ErasedLine, Prefix } from "./prefix.ts";

/** A batch is no larger, unless one event is: each must fit in one message of a stream. */
const BATCH_BYTES = 128 * 1024;
/** One event names so many texts. */
const SEQS = 4000;

const ids = { id: () => randomBytes(16).toString("base64url") };

/** Appends to a copy that ends with `prefix`, and returns the size of its last segment. That it is restored, and what becomes of each room, is in one batch, the last. */
export async function markRestored(
	disk: Disk,
	into: string,
	prefix: Prefix,
	{ closing = [] }: { readonly closing?: Iterable<string> } = {},
): Promise<number> {
	const { seq, bytes } = prefix;
	const now = prefix.state.time;
	const entries = erasedAgain(prefix, now);
	const state = evolved(prefix.state, entries);
	const closed = sessionsClosed({ state, now }, [...closing], "restored");
	entries.push(...closed);
	const at = { state: evolved(state, closed), now, secrets: ids };
	const restored = logRestored(at, seq);
	const drafts = [...entries, ...restored].map((entry, nth) =>
		draft({ seq: seq + 1 + nth, ...entry }),
	);
	const last = drafts.splice(entries.length);
	let { hash } = prefix;
	const lines = [...inBatches(drafts), last].map((batch) => {
		const sealed = sealBatch(hash, batch);
		hash = sealed.hash;
		return Buffer.from(sealed.line);
	});
	const file = join(logFolder(into), segmentName(prefix.first));
	await writeChunks(disk, file, lines, bytes);
	return lines.reduce((sum, { length }) => sum + length, bytes);
}

function inBatches(drafts: readonly Draft[]): Draft[][] {
	const batches: Draft[][] = [];
	let bytes = BATCH_BYTES;
	for (const each of drafts) {
		bytes += each.bytes;
		if (bytes > BATCH_BYTES) {
			batches.push([]);
			bytes = each.bytes;
		}
		batches.at(-1)?.push(each);
	}
	return batches;
}

/** Events for messages whose text is erased in the copy, while their erasure was not copied. */
function erasedAgain({ state, erased }: Prefix, now: number): Entry[] {
	const fact = { type: "message.erased", time: now, as: "author" } as const;
	const isHere = ({ room, epoch }: ErasedLine) =>
		state.head(room).epoch === epoch;
	const lines = [...erased.values()];
	const here = lines.filter(isHere).map(({ seq, epoch, ...line }) => ({
		event: { ...fact, ...line, seqs: [seq] },
	}));
	const gone = lines.filter((line) => !isHere(line));
	const [one] = gone;
	if (!one) return here;
	// Their rooms no longer exist, so events in the lobby name them.
	const { name, by } = one;
	const target = { room: LOBBY, author: by, through: 0 };
	const entries = [...here, ...roomOpened({ state, now, secrets: ids }, LOBBY)];
	for (let at = 0; at < gone.length; at += SEQS) {
		const seqs = gone.slice(at, at + SEQS).map(({ seq }) => seq);
		entries.push({ event: { ...fact, ...target, name, by, seqs } });
	}
	return entries;
}
