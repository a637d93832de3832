/**
 * A log that lasts as long as the process, for tests and for trying Plume
 * out. It orders, groups and commits as a file log does, and refuses what a
 * file log refuses, but nothing in it can fail.
 */
import type { Clock } from "../clock.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Log, Stored } from "./log.ts";

export interface MemoryLogOptions {
	readonly id: string;
	readonly clock: Clock;
	/** What is committed is added here; given to another log, it goes on from there. */
	readonly kept?: Stored[];
}

export function memoryLog({ id, clock, kept = [] }: MemoryLogOptions): Log {
	const store = {
		id,
		mark: undefined,
		async *read() {
			if (kept.length > 0) yield [...kept];
		},
		async scrub() {},
		prepare: (batch: readonly { readonly stored: Stored }[]) => async () => {
			for (const { stored } of batch) kept.push(stored);
		},
		async close() {},
	};
	return new GroupCommit({ store, clock, batchBytes: 128 * 1024, gatherMs: 0 });
}
