/** Copies a log of files into a stream, and back, with every byte as it is. */
import { type Clock, systemClock } from "../clock.ts";
import type { FileLog } from "../log/file-log.ts";
import { Lines, type Source } from "../log/reader.ts";
import { append, assertFits, readStream, type StreamPort } from "./stream.ts";

const NEWLINE = Buffer.from("\n");
const WHICH = /^\{"level":30,"time":\d+,"seq":(\d+),"batch":\[\d+,(\d+)\]/;

/** Stores each batch of a sound log as one message of an empty stream. Tries until NATS answers. */
export async function copyIntoStream(
	sources: readonly Source[],
	port: StreamPort,
	warn: (words: string) => void,
): Promise<void> {
	const { signal } = new AbortController();
	const report = { warn: (_: object, words: string) => warn(`${words}.`) };
	const parts = { clock: systemClock(), signal, report };
	// One that is too large would leave a part of the log in the stream.
	for await (const bytes of batchesIn(sources)) assertFits(bytes);
	let last = 0;
	for await (const bytes of batchesIn(sources)) {
		const batch = { bytes, term: 1, node: "migrate", kind: "batch" } as const;
		if ((await append(port, batch, last++, parts)) === "deposed")
			throw new Error(
				`Something else wrote message ${last} of the stream, so the copy is not whole: stop it, and name another stream.`,
			);
	}
}

/** The lines of each batch, after the header of the segment that it begins. */
async function* batchesIn(sources: readonly Source[]): AsyncGenerator<Buffer> {
	for (const source of sources) {
		const lines = new Lines();
		let batch: Buffer[] = [];
		for await (const chunk of source.bytes())
			for (const line of lines.cut(chunk)) {
				batch.push(line, NEWLINE);
				const [, seq, last] = WHICH.exec(line.toString("latin1", 0, 100)) ?? [];
				if (!seq || seq !== last) continue;
				yield Buffer.concat(batch);
				batch = [];
			}
		// The last segment may have no batch yet.
		if (batch.length > 0) yield Buffer.concat(batch);
	}
}

/** Appends every message that the stream has now to a log that is empty, and was read. Waits while the disk is full, and says so. Throws `Damage` or `HoleInStream`. */
export async function copyFromStream(
	port: StreamPort,
	log: Pick<FileLog, "mirror" | "listen">,
	clock: Clock,
	warn: (words: string) => void,
): Promise<void> {
	log.listen({
		onFrozen: ({ message }) =>
			warn(`The disk takes no writes (${message}): waiting for room.`),
		...{ onThawed() {}, onOrdered() {}, onCommitted() {}, onFatal() {} },
	});
	const end = await port.last();
	if (end === 0) return;
	const reading = new AbortController();
	const { signal } = reading;
	let latest = 1;
	try {
		const all = readStream(port, 0, { clock, signal });
		for await (const { seq, term, bytes } of all) {
			if (term < latest)
				throw new Error(
					`Message ${seq} of the stream is of an older term, or not Plume's: it is no whole log.`,
				);
			latest = term;
			if (bytes.length > 0) await log.mirror(Buffer.from(bytes));
			if (seq === end) break;
		}
	} finally {
		reading.abort();
	}
}
