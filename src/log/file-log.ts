/**
 * The log as files: segments of format 1 in the data folder's `log/`. A batch
 * is one write and one sync, within one segment. A segment's header is durable
 * before its first batch is written, so a torn batch cannot be mistaken for a
 * torn header.
 */
import { rememberDamage } from "./evidence.ts";
import {
	GroupCommit,
	type GroupCommitOptions,
	type Prepared,
} from "./group-commit.ts";
import {
	type Draft,
	firstAfter,
	type Sealed,
	sealBatch,
	sealHeader,
} from "./line.ts";
import type { Lock } from "./lock.ts";
import type { LogPosition, Stored } from "./log.ts";
import { type OpenedLog, type OpenLogOptions, openLog } from "./open-log.ts";
import { Lines, logFolder, segmentName, segmentsOf } from "./reader.ts";
import { scrub } from "./scrub.ts";
import { Segment } from "./segment.ts";
import { SegmentFiles } from "./segment-files.ts";
import { Verifier } from "./verifier.ts";

export interface FileLogOptions extends OpenLogOptions, GroupCommitOptions {
	/** Makes the id of a new log: 128 random bits, base64url. */
	readonly ids: () => string;
	/** Stores a batch where other nodes have it too, before this log does. Rejects with `Deposed`. */
	readonly replicate?: (bytes: Uint8Array) => Promise<void>;
	/** How large a segment may grow. A larger batch gets a segment of its own. */
	readonly segmentBytes?: number;
	/** Checked before each write: it throws if this process no longer owns the data folder. */
	readonly lock?: Pick<Lock, "check">;
}

/** The log of a data folder, made if it does not exist. */
export const openFileLog = (options: FileLogOptions) => new FileLog(options);

export class FileLog extends GroupCommit {
	readonly #options: FileLogOptions;
	readonly #segmentBytes: number;
	readonly #scrubbing = new AbortController();
	readonly segments: SegmentFiles;
	/** The file with the torn tail that was cut off when the log was read, if there was one. */
	savedTail: string | undefined;
	/** See `OpenedLog`. */
	removeEvidence: OpenedLog["removeEvidence"] = async () => {};
	/** Verified the log when it was read. */
	#verifier = new Verifier();
	#skipped: LogPosition | undefined;
	#newId = "";
	#secret: string | undefined;
	/** Whether the next batch begins a segment even if the current one has room. */
	#isRotationDue = false;
	/** Verifies what is followed; another one after a start, or after something was appended. */
	#followed: Verifier | undefined;
	#mirroring: Promise<unknown> | undefined;
	/** The last durable line. */
	#end = { seq: 0, hash: "" };

	constructor(options: FileLogOptions) {
		super(options);
		this.#options = options;
		this.#segmentBytes = options.segmentBytes ?? 64 * 1024 * 1024;
		this.segments = new SegmentFiles(options);
	}

	/** 128 random bits, base64url, made with the log and repeated in every segment's header. Known once `read` has finished. */
	get id(): string {
		return this.#verifier.id || this.#newId;
	}

	/** The end of the durable part; undefined for an empty log. That of a mirror may be in the middle of a batch. */
	get position(): LogPosition | undefined {
		if (!this.segments.growing) return undefined;
		return { log: this.id, ...this.#end, offset: this.segments.growing.size };
	}

	/** The fingerprint of the server secret that the log was written with, known once `read` has finished. Old logs have none. */
	get secret(): string | undefined {
		return this.#verifier.secret;
	}

	/** Whether the text of an event was neither whole nor erased when it was read. */
	isBroken(seq: number): boolean {
		return this.#verifier.broken.some((damage) => damage.seq === seq);
	}

	/** Writes this fingerprint into future headers. If the log has another one, the next batch begins a segment. */
	nameSecret(fingerprint: string): void {
		this.#secret = fingerprint;
		this.#isRotationDue = (this.secret ?? fingerprint) !== fingerprint;
	}

	/** The last `seq` that `read` skipped and `scrub` has not verified yet; 0 when everything is verified. */
	get unverified(): number {
		return this.#skipped?.seq ?? 0;
	}

	protected async *readStored(
		after?: LogPosition,
	): AsyncGenerator<readonly Stored[], void> {
		await this.segments.growing?.close();
		this.segments.growing = undefined;
		this.#skipped = after;
		const verifier = new Verifier(after ? { after } : {});
		this.#verifier = verifier;
		const options: OpenLogOptions = {
			...this.#options,
			onTorn: (torn) => {
				this.savedTail = torn.savedAs;
				this.#options.onTorn?.(torn);
			},
		};
		const { growing, removeEvidence } = yield* openLog(
			options,
			verifier,
			after,
		);
		this.segments.growing = growing;
		this.removeEvidence = removeEvidence;
		if (!this.id) this.#newId = this.#options.ids();
		this.#end = { seq: verifier.seq, hash: verifier.hash };
	}

	/** Verifies in the background what `read` skipped. Rejects if that has rotted; resolves early when the log is closed. */
	async scrub(): Promise<void> {
		if (!this.#skipped) return;
		const { disk, folder, clock } = this.#options;
		const { signal } = this.#scrubbing;
		try {
			await scrub(await segmentsOf(disk, folder), this.#skipped, clock, signal);
			this.#skipped = undefined;
		} catch (error) {
			if (signal.aborted) return;
			await rememberDamage(this.#options, error);
			throw error;
		}
	}

	/** Takes over whole lines of the log that this one mirrors, which continue from its end; a header stands at their beginning only. Call it when the call before has resolved. Waits while the disk is full, and takes nothing once the log is closed. Rejects with `Damage` if they do not continue from it. */
	async mirror(bytes: Buffer): Promise<void> {
		if (this.isClosing) return;
		const mirrored = this.#mirror(bytes);
		this.#mirroring = Promise.allSettled([mirrored]);
		await mirrored;
	}

	async #mirror(bytes: Buffer): Promise<void> {
		const { disk, folder } = this.#options;
		const first = firstAfter(bytes);
		const { growing } = this.segments;
		// A crash may have left the header alone.
		if (growing?.size && growing.first === first)
			return this.#mirror(bytes.subarray(growing.size));
		const verifier = this.#following();
		if (first !== undefined) {
			await growing?.close();
			const path = logFolder(folder);
			await this.untilStored(async () => {
				this.segments.growing = await Segment.open(disk, path, first, 0);
			});
			const file = segmentName(first);
			verifier.beginSegment({ file, first, isLast: true });
		}
		const entries: Stored[] = [];
		for (const line of new Lines().cut(bytes))
			entries.push(...verifier.verify(line));
		if (verifier.torn) throw verifier.torn;
		await this.untilStored(async () => this.segments.growing?.append(bytes));
		// That may be in the middle of a batch.
		this.#end = { seq: verifier.seq, hash: verifier.previous };
		this.unfreeze();
		this.publish(entries);
	}

	/** Continues from the end of the log. */
	#following(): Verifier {
		const { position } = this;
		// It knows the batch that may have begun.
		if (!position) this.#followed = this.#verifier;
		if (!position || this.#followed === this.#verifier) return this.#verifier;
		const verifier = new Verifier({ after: position });
		const { first = 1 } = this.segments.growing ?? {};
		const { offset } = position;
		const file = segmentName(first);
		verifier.beginSegment({ file, first, offset, isLast: true });
		verifier.secret = this.secret;
		this.#followed = verifier;
		this.#verifier = verifier;
		return verifier;
	}

	protected prepare(batch: readonly Draft[]): Prepared {
		const first = batch[0]?.stored.seq ?? 0;
		const seq = first + batch.length - 1;
		const header = this.#headerFor(batch, first);
		const { line, hash } = sealBatch(header?.hash ?? this.#end.hash, batch);
		const lines = Buffer.from(line);
		const bytes = header
			? Buffer.concat([Buffer.from(header.line), lines])
			: lines;
		let isReplicated = false;
		const store = async () => {
			this.#options.lock?.check();
			if (!isReplicated) await this.#options.replicate?.(bytes);
			isReplicated = true;
			const segment = await this.#segmentFor(first, header);
			await segment.append(lines);
			this.#end = { seq, hash };
			this.#followed = undefined;
		};
		return { bytes, store };
	}

	protected async release(): Promise<void> {
		this.#scrubbing.abort();
		await this.#mirroring;
		await this.segments.growing?.close();
	}

	/** The header of a new segment, if a batch needs one. */
	#headerFor(batch: readonly Draft[], next: number): Sealed | undefined {
		const bytes = batch.reduce((sum, draft) => sum + draft.bytes, 0);
		const { first, size = 0 } = this.segments.growing ?? {};
		const fits =
			first && size + bytes <= this.#segmentBytes && !this.#isRotationDue;
		// An empty segment takes even a batch that is too large for any.
		if (fits || first === next) return undefined;
		const time = this.#options.clock.now();
		this.#isRotationDue = false;
		const secret = this.#secret;
		return sealHeader(this.#end.hash, { id: this.id, next, time, secret });
	}

	async #segmentFor(first: number, header: Sealed | undefined) {
		const current = this.segments.growing;
		// The first attempt at this batch may have opened the segment already.
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
		this.segments.growing = segment;
		return segment;
	}
}
