/** Marks a copied log as restored: rooms get new epochs, and what was erased later is erased again. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { LOBBY } from "../../machines/message.ts";
import { logRestored, roomOpened } from "../engine/commands/rooms.ts";
import { sessionsClosed } from "../engine/commands/sessions.ts";
import { evolve } from "../engine/evolve.ts";
import type { State } from "../engine/state.ts";
import { type Disk, writeChunks } from "../log/disk.ts";
import { draft, sealBatch } from "../log/line.ts";
import type { Entry } from "../log/log.ts";
import { logFolder, segmentName } from "../log/reader.ts";
import type { ErasedLine, Prefix } from "./prefix.ts";

const ids = { id: () => randomBytes(16).toString("base64url") };

/** Appends one batch to a copy that ends with `prefix`, and returns the size of its last segment. */
export async function markRestored(
	disk: Disk,
	into: string,
	prefix: Prefix,
	{ closing = [] }: { readonly closing?: Iterable<string> } = {},
): Promise<number> {
	const { seq, bytes } = prefix;
	const now = prefix.state.time;
	const entries = erasedAgain(prefix, now);
	const state = after(prefix.state, entries);
	const closed = sessionsClosed({ state, now }, [...closing], "restored");
	entries.push(...closed);
	const at = { state: after(state, closed), now, secrets: ids };
	entries.push(...logRestored(at, seq));
	const batch = entries.map((entry, nth) =>
		draft({ seq: seq + 1 + nth, ...entry }),
	);
	const line = Buffer.from(sealBatch(prefix.hash, batch).line);
	const file = join(logFolder(into), segmentName(prefix.first));
	await writeChunks(disk, file, [line], bytes);
	return bytes + line.length;
}

const after = (state: State, entries: readonly Entry[]) =>
	entries.reduce((at, { event }) => evolve(at, event), state);

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
	// Their rooms no longer exist, so one event in the lobby names them all.
	const { name, by } = one;
	const seqs = gone.map(({ seq }) => seq);
	const target = { room: LOBBY, author: by, through: 0 };
	const event = { ...fact, ...target, name, by, seqs };
	return [
		...here,
		...roomOpened({ state, now, secrets: ids }, LOBBY),
		{ event },
	];
}
