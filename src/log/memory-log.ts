/**
 * A log that lasts as long as the process, for tests and for trying Plume
 * out. It orders, groups and commits as a file log does, and refuses what a
 * file log refuses, but nothing in it can fail.
 */
import type { Clock } from "../clock.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Draft } from "./line.ts";
import type { Log, Segments, Stored } from "./log.ts";

/** About what an entry takes up beside its text. */
const LINE_BYTES = 300;

export interface MemoryLogOptions {
	readonly id: string;
	readonly clock: Clock;
	/** What is committed is added here; given to another log, it goes on from there. */
	readonly kept?: Stored[];
}

export const memoryLog = (options: MemoryLogOptions): Log =>
	new MemoryLog(options);

class MemoryLog extends GroupCommit {
	readonly id: string;
	readonly position = undefined;
	readonly secret = undefined;
	readonly unverified = 0;
	readonly segments: Segments;
	readonly #kept: Stored[];

	constructor({ id, clock, kept = [] }: MemoryLogOptions) {
		super({ clock });
		this.id = id;
		this.#kept = kept;
		this.segments = segmentOf(kept);
	}

	nameSecret(): void {}
	async scrub(): Promise<void> {}
	protected async release(): Promise<void> {}

	protected async *readStored() {
		if (this.#kept.length > 0) yield [...this.#kept];
	}

	protected prepare(batch: readonly Draft[]) {
		return async () => {
			for (const { stored } of batch) this.#kept.push(stored);
		};
	}
}

/** One segment that is never full; places in it are counted in entries. */
function segmentOf(kept: Stored[]): Segments {
	return {
		list: async () => (kept.length > 0 ? [1] : []),
		async *scan(_, { at: from, hash }) {
			const placed = kept.slice(from).map((stored, index) => {
				const bytes = LINE_BYTES + (stored.erasable?.text.length ?? 0);
				return { stored, span: { at: from + index, bytes } };
			});
			const at = from + placed.length;
			if (placed.length > 0) yield { placed, end: { at, seq: at, hash } };
		},
		async find(seqs) {
			return new Map([
				[1, seqs.map((seq) => ({ seq, at: seq - 1, bytes: 0 }))],
			]);
		},
		async erase(places) {
			for (const { at } of places.get(1) ?? []) {
				const { seq, event } = kept[at] ?? {};
				if (seq && event) kept[at] = { seq, event };
			}
		},
		fetch: async (_, spans) => spans.flatMap(({ at }) => kept[at] ?? []),
	};
}
