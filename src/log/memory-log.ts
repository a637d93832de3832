/**
 * A log in memory, for tests and for trying Plume out. It orders, groups and
 * commits like a file log and refuses the same calls, but nothing can fail.
 */
import type { Clock } from "../clock.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Draft } from "./line.ts";
import type { Log, Segments, Stored } from "./log.ts";

/** Roughly the size of an entry without its text. */
const LINE_BYTES = 300;

export interface MemoryLogOptions {
	readonly id: string;
	readonly clock: Clock;
	/** Committed entries are pushed here. Another log that is given the same array continues from it. */
	readonly entries?: Stored[];
}

export const memoryLog = (options: MemoryLogOptions): Log =>
	new MemoryLog(options);

class MemoryLog extends GroupCommit implements Log {
	readonly id: string;
	readonly position = undefined;
	readonly secret = undefined;
	readonly unverified = 0;
	readonly segments: Segments;
	readonly #entries: Stored[];

	constructor({ id, clock, entries = [] }: MemoryLogOptions) {
		super({ clock });
		this.id = id;
		this.#entries = entries;
		this.segments = segmentOf(entries);
	}

	nameSecret(): void {}
	async scrub(): Promise<void> {}
	protected async release(): Promise<void> {}

	protected async *readStored() {
		if (this.#entries.length > 0) yield [...this.#entries];
	}

	protected prepare(batch: readonly Draft[]) {
		return async () => {
			for (const { stored } of batch) this.#entries.push(stored);
		};
	}
}

/** One segment that never fills up. A span's `at` counts entries, not bytes. */
function segmentOf(entries: Stored[]): Segments {
	return {
		list: async () => (entries.length > 0 ? [1] : []),
		async *scan(_, { at: from, hash }) {
			const found = entries.slice(from).map((stored, index) => {
				const bytes = LINE_BYTES + (stored.erasable?.text.length ?? 0);
				return { stored, span: { at: from + index, bytes } };
			});
			const at = from + found.length;
			if (found.length > 0)
				yield { entries: found, end: { at, seq: at, hash } };
		},
		find: async (seqs) =>
			seqs.map((seq) => ({ segment: 1, seq, at: seq - 1, bytes: 0 })),
		async erase(spans) {
			for (const { at } of spans) {
				const { seq, event } = entries[at] ?? {};
				if (seq && event) entries[at] = { seq, event };
			}
		},
		fetch: async (_, spans) => spans.flatMap(({ at }) => entries[at] ?? []),
	};
}
