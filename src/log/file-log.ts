/**
 * The log as files: segments of format 1 in the data folder's `log/`. A batch
 * is one write and one sync, and lies within one segment; a segment's header
 * is durable before its first batch is written, so that a torn batch cannot
 * be taken for a torn header. It refuses to read what has rotted.
 */
import { rememberDamage } from "./evidence.ts";
import { GroupCommit, type GroupCommitOptions } from "./group-commit.ts";
import { type Draft, type Sealed, sealBatch, sealHeader } from "./line.ts";
import type { Log, LogPosition, Stored } from "./log.ts";
import { logFolder, segmentsOf } from "./reader.ts";
import { type Place, recover } from "./recover.ts";
import { scrub } from "./scrub.ts";
import { Segment } from "./segment.ts";
import { SegmentFiles } from "./segment-files.ts";
import { Verifier } from "./verifier.ts";

export interface FileLogOptions extends Place, GroupCommitOptions {
	/** Makes the id of a new log: 128 random bits, base64url. */
	readonly ids: () => string;
	/** How large a segment may grow; a batch larger than that has one to itself. */
	readonly segmentBytes?: number;
	/** Throws if the data folder is no longer ours to write to. */
	readonly checkOwner?: () => void;
}

/** A data folder's log, there or still to be made. */
export const openFileLog = (options: FileLogOptions): Log =>
	new FileLog(options);

class FileLog extends GroupCommit {
	readonly #options: FileLogOptions;
	readonly #segmentBytes: number;
	readonly #scrubbing = new AbortController();
	readonly segments: SegmentFiles;
	#found = new Verifier();
	#skipped: LogPosition | undefined;
	#segment: Segment | undefined;
	#newId = "";
	#secret: string | undefined;
	/** Whether the next batch begins a segment, however small this one is. */
	#turnsOver = false;
	/** Of the last line that is durable, as is the next. */
	#hash = "";
	#seq = 0;

	constructor(options: FileLogOptions) {
		super(options);
		this.#options = options;
		this.#segmentBytes = options.segmentBytes ?? 64 * 1024 * 1024;
		this.segments = new SegmentFiles(options, () => this.#segment);
	}

	get id(): string {
		return this.#found.id || this.#newId;
	}

	get position(): LogPosition | undefined {
		if (!this.#segment) return undefined;
		const offset = this.#segment.size;
		return { log: this.id, seq: this.#seq, hash: this.#hash, offset };
	}

	get secret(): string | undefined {
		return this.#found.secret;
	}

	nameSecret(fingerprint: string): void {
		this.#secret = fingerprint;
		this.#turnsOver = (this.secret ?? fingerprint) !== fingerprint;
	}

	get unverified(): number {
		return this.#skipped?.seq ?? 0;
	}

	protected async *readStored(
		after?: LogPosition,
	): AsyncGenerator<readonly Stored[], void> {
		await this.#segment?.close();
		this.#segment = undefined;
		this.#skipped = after;
		this.#found = new Verifier(after ? { after } : {});
		this.#segment = yield* recover(this.#options, this.#found, after);
		if (!this.id) this.#newId = this.#options.ids();
		this.#hash = this.#found.hash;
		this.#seq = this.#found.seq;
	}

	async scrub(): Promise<void> {
		if (!this.#skipped) return;
		const { disk, folder, clock } = this.#options;
		const { signal } = this.#scrubbing;
		try {
			const sources = await segmentsOf(disk, folder);
			await scrub(sources, this.#skipped, clock, signal);
			this.#skipped = undefined;
		} catch (error) {
			if (signal.aborted) return;
			await rememberDamage(this.#options, error);
			throw error;
		}
	}

	protected prepare(batch: readonly Draft[]): () => Promise<void> {
		const first = batch[0]?.stored.seq ?? 0;
		const last = first + batch.length - 1;
		const header = this.#headerFor(batch, first);
		const { line, hash } = sealBatch(header?.hash ?? this.#hash, batch);
		const bytes = Buffer.from(line);
		return async () => {
			this.#options.checkOwner?.();
			const segment = await this.#segmentFor(first, header);
			await segment.append(bytes);
			this.#hash = hash;
			this.#seq = last;
		};
	}

	protected async release(): Promise<void> {
		this.#scrubbing.abort();
		await this.#segment?.close();
	}

	/** The header of the new segment that a batch needs, if it does. */
	#headerFor(batch: readonly Draft[], next: number): Sealed | undefined {
		const bytes = batch.reduce((sum, draft) => sum + draft.bytes, 0);
		const { first, size = 0 } = this.#segment ?? {};
		const fits =
			first && size + bytes <= this.#segmentBytes && !this.#turnsOver;
		// A segment that holds nothing yet takes even what is too large for any.
		if (fits || first === next) return undefined;
		const time = this.#options.clock.now();
		this.#turnsOver = false;
		const secret = this.#secret;
		return sealHeader(this.#hash, { id: this.id, next, time, secret });
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
