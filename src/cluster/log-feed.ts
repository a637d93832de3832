/**
 * Sends an edge the bytes of the log from where its mirror ends: first what
 * the files have, then each batch as it is stored. An edge that takes them too
 * slowly is sent them from the files again, so nothing is kept for it.
 */
import type { BatchFigures, Log } from "../log/log.ts";

/** Beyond this, an edge is slow. */
const MOST_UNSENT_BYTES = 8 * 1024 * 1024;

interface FeedParts {
	readonly send: (lines: Uint8Array) => void;
	readonly unsentBytes: () => number;
	readonly onceDrained: (task: () => void) => void;
	readonly refuse: (why: string) => void;
}

/** Where a mirror ends. */
interface Mirrored {
	readonly log: string;
	/** The first seq of its last segment; 0 if it is empty. */
	readonly segment: number;
	readonly offset: number;
	readonly hash: string;
}

export class LogFeed {
	readonly #log: Log;
	readonly #parts: FeedParts;
	readonly #from: Mirrored;
	#segment: number;
	#offset: number;
	#isLive = false;
	#stopped = false;

	constructor(log: Log, from: Mirrored, parts: FeedParts) {
		this.#log = log;
		this.#from = from;
		this.#parts = parts;
		this.#segment = from.segment;
		this.#offset = from.offset;
	}

	/** Calls back once the mirror was found to be one of this log. */
	start(onBegun: () => void): void {
		this.#guard(async () => {
			if (!(await this.#isOurs())) {
				this.#parts.refuse(
					"The data folder of this edge holds another log than the sequencer's: give it an empty one. If it is a mirror, its folder may be deleted.",
				);
				return;
			}
			onBegun();
			this.#log.onBatch.add(this.#onBatch);
			await this.#catchUp();
		});
	}

	stop(): void {
		this.#stopped = true;
		this.#log.onBatch.delete(this.#onBatch);
	}

	#guard(task: () => Promise<void>): void {
		task().catch((error: unknown) =>
			this.#parts.refuse(`the log can't be read: ${error}`),
		);
	}

	async #isOurs(): Promise<boolean> {
		const { log, segment, offset, hash } = this.#from;
		if (segment === 0) return true;
		const found = await this.#log.segments.hashAt(segment, offset);
		return log === this.#log.id && found === hash;
	}

	/** Reads on to the end of what is committed. */
	async #catchUp(): Promise<void> {
		const { segments } = this.#log;
		while (!this.#stopped) {
			const { growing } = segments;
			const isLast = growing?.first === this.#segment;
			if (!growing || (isLast && this.#offset === growing.size)) {
				this.#isLive = true;
				return;
			}
			const list = await segments.list();
			if (!list.includes(this.#segment)) this.#enter(list[0] ?? 0);
			for await (const lines of segments.bytes(this.#segment, this.#offset)) {
				if (this.#stopped) return;
				this.#parts.send(lines);
				this.#offset += lines.length;
				await new Promise<void>((done) => this.#parts.onceDrained(done));
			}
			const next = list[list.indexOf(this.#segment) + 1];
			if (next !== undefined) this.#enter(next);
		}
	}

	#enter(segment: number): void {
		this.#segment = segment;
		this.#offset = 0;
	}

	readonly #onBatch = ({ bytes }: BatchFigures) => {
		const { growing } = this.#log.segments;
		if (!this.#isLive || this.#stopped || !growing) return;
		if (this.#parts.unsentBytes() > MOST_UNSENT_BYTES) {
			this.#isLive = false;
			this.#parts.onceDrained(() => this.#guard(() => this.#catchUp()));
			return;
		}
		if (growing.first !== this.#segment) this.#enter(growing.first);
		// Some of it may have been read from the file a moment ago.
		const missing = growing.size - this.#offset;
		if (missing > 0) this.#parts.send(bytes.subarray(bytes.length - missing));
		this.#offset = growing.size;
	};
}
