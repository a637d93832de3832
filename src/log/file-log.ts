/**
 * The log as files: segments of format 1 in the data folder's `log/`. A batch
 * is one write and one sync, and lies within one segment; a segment's header
 * is durable before its first batch is written, so that a torn batch cannot
 * be taken for a torn header. It refuses to open what has rotted.
 */
import type { Clock } from "../clock.ts";
import type { Disk } from "./disk.ts";
import { GroupCommit, type Store } from "./group-commit.ts";
import { type Draft, type Sealed, sealEntry, sealHeader } from "./line.ts";
import type { Log, Stored } from "./log.ts";
import { logFolder, readBatches, segmentsOf } from "./reader.ts";
import { type Recovered, recover, type TornTail } from "./recover.ts";
import { Segment } from "./segment.ts";
import { Verifier } from "./verifier.ts";

export interface FileLogOptions {
	readonly disk: Disk;
	/** The data folder. */
	readonly folder: string;
	readonly clock: Clock;
	/** Makes the id of a new log: 128 random bits, base64url. */
	readonly ids: () => string;
	/** How large a segment may grow; a batch larger than that has one to itself. */
	readonly segmentBytes?: number;
	readonly batchBytes?: number;
	/** Hears of a torn tail that was cut off. */
	readonly onTorn?: (torn: TornTail) => void;
}

/** Opens a data folder's log, or starts one. Rejects with `Damage` if it has rotted. */
export async function openFileLog(options: FileLogOptions): Promise<Log> {
	const { disk, folder, clock, onTorn = () => {} } = options;
	const end = await recover(disk, folder, clock.now(), onTorn);
	const store = new SegmentStore(options, end);
	const { batchBytes = 128 * 1024 } = options;
	return new GroupCommit({ store, last: end.seq, clock, batchBytes });
}

class SegmentStore implements Store {
	readonly id: string;
	readonly #options: FileLogOptions;
	readonly #segmentBytes: number;
	#segment: Segment | undefined;
	/** Of the last line that is durable. */
	#hash: string;

	constructor(options: FileLogOptions, end: Recovered) {
		this.id = end.id || options.ids();
		this.#options = options;
		this.#segmentBytes = options.segmentBytes ?? 64 * 1024 * 1024;
		this.#segment = end.segment;
		this.#hash = end.hash;
	}

	async *read(): AsyncGenerator<Stored, void> {
		const { disk, folder } = this.#options;
		const verifier = new Verifier();
		const sources = await segmentsOf(disk, folder);
		for await (const batch of readBatches(sources, verifier)) yield* batch;
		if (verifier.torn) throw verifier.torn;
	}

	prepare(batch: readonly Draft[]): () => Promise<void> {
		const first = batch[0]?.stored.seq ?? 0;
		const last = first + batch.length - 1;
		const header = this.#headerFor(batch, first);
		let hash = header?.hash ?? this.#hash;
		let lines = "";
		for (const draft of batch) {
			const sealed = sealEntry(hash, draft, first, last);
			lines += sealed.line;
			hash = sealed.hash;
		}
		const bytes = Buffer.from(lines);
		return async () => {
			const segment = await this.#segmentFor(first, header);
			await segment.append(bytes);
			this.#hash = hash;
		};
	}

	async close(): Promise<void> {
		await this.#segment?.close();
	}

	/** The header of the new segment that a batch needs, if it does. */
	#headerFor(batch: readonly Draft[], next: number): Sealed | undefined {
		const bytes = batch.reduce((sum, draft) => sum + draft.bytes, 0);
		const { first, size = 0 } = this.#segment ?? {};
		const fits = first && size + bytes <= this.#segmentBytes;
		// A segment that holds nothing yet takes even what is too large for any.
		if (fits || first === next) return undefined;
		const time = this.#options.clock.now();
		return sealHeader(this.#hash, { id: this.id, next, time });
	}

	async #segmentFor(first: number, header: Sealed | undefined) {
		const current = this.#segment;
		// The second attempt at a batch finds what the first has opened.
		if (current && (!header || current.first === first)) return current;
		if (!header) throw new Error("a segment must begin with a header");
		const { disk, folder } = this.#options;
		const segment = await Segment.open(disk, logFolder(folder), first, 0);
		try {
			await segment.append(Buffer.from(header.line));
			await disk.syncFolder(logFolder(folder));
			await current?.close();
		} catch (error) {
			await segment.close();
			throw error;
		}
		this.#segment = segment;
		return segment;
	}
}
