/**
 * Sends an edge the bytes of the log from where its mirror ends: first what
 * the files have, then each batch as it is stored. An edge that takes them too
 * slowly is sent them from the files again, so nothing is kept for it.
 */
import type { Reporter } from "../engine/parts.ts";
import { messageOf } from "../log/disk.ts";
import type { BatchFigures, Log } from "../log/log.ts";
import type { Link } from "./link.ts";
import type { EdgeMessage, FromEdge, FromSequencer } from "./messages.ts";

/** Beyond this, an edge is slow. */
const MOST_UNSENT_BYTES = 8 * 1024 * 1024;

interface FeedParts {
	readonly log: Log;
	readonly link: Link<FromSequencer, FromEdge>;
	/** Says where the mirror ends. Its segment is 0 if it is empty. */
	readonly from: EdgeMessage<"hello">;
	readonly report: Pick<Reporter, "warn">;
}

export class LogFeed {
	readonly #parts: FeedParts;
	#segment: number;
	#offset: number;
	#isLive = false;
	#stopped = false;

	constructor(parts: FeedParts) {
		this.#parts = parts;
		this.#segment = parts.from.segment;
		this.#offset = parts.from.offset;
	}

	/** Calls back once the mirror was found to be one of this log. */
	start(onBegun: () => void): void {
		this.#guard(async () => {
			if (!(await this.#isOurs())) {
				const why =
					"The data folder of this edge holds another log than the sequencer's: give it an empty one. If it is a mirror, its folder may be deleted.";
				this.#parts.link.send({ kind: "unwelcome", why });
				return;
			}
			onBegun();
			this.#parts.log.onBatch.add(this.#onBatch);
			await this.#catchUp();
		});
	}

	stop(): void {
		this.#stopped = true;
		this.#parts.log.onBatch.delete(this.#onBatch);
	}

	/** A log that can't be read says nothing about the mirror: the edge may ask again. */
	#guard(task: () => Promise<void>): void {
		task().catch((error: unknown) => {
			if (this.#stopped) return;
			const { link, from, report } = this.#parts;
			const fields = { edge: from.label, error: messageOf(error) };
			report.warn(fields, "the log can't be read for an edge");
			link.close();
		});
	}

	async #isOurs(): Promise<boolean> {
		const { log, from } = this.#parts;
		if (from.segment === 0) return true;
		const found = await log.segments.hashAt(from.segment, from.offset);
		return from.log === log.id && found === from.hash;
	}

	/** Reads on to the end of what is committed. */
	async #catchUp(): Promise<void> {
		const { log, link } = this.#parts;
		const { segments } = log;
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
				link.send({ kind: "lines" }, lines);
				this.#offset += lines.length;
				await new Promise<void>((done) => link.onceDrained(done));
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
		const { log, link } = this.#parts;
		const { growing } = log.segments;
		if (!this.#isLive || this.#stopped || !growing) return;
		if (link.unsentBytes > MOST_UNSENT_BYTES) {
			this.#isLive = false;
			link.onceDrained(() => this.#guard(() => this.#catchUp()));
			return;
		}
		if (growing.first !== this.#segment) this.#enter(growing.first);
		// Some of it may have been read from the file a moment ago.
		const missing = growing.size - this.#offset;
		const unsent = bytes.subarray(bytes.length - missing);
		if (missing > 0) link.send({ kind: "lines" }, unsent);
		this.#offset = growing.size;
	};
}
