import fc from "fast-check";
import { expect, test } from "vitest";
import { SeqSet } from "../../src/log/seq-set.ts";

/** Neighbours, which share a byte, and some far beyond the first size. */
const seqs = fc.oneof(
	fc.integer({ min: 0, max: 20 }),
	fc.integer({ min: 8_150, max: 8_220 }),
	fc.integer({ min: 0, max: 5_000_000 }),
);

test("a set of seqs has what a set has", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.boolean(), seqs)), (steps) => {
			const set = new SeqSet();
			const model = new Set<number>();
			for (const [isAdded, seq] of steps) {
				if (isAdded) set.add(seq);
				else expect(set.delete(seq)).toBe(model.has(seq));
				if (isAdded) model.add(seq);
				else model.delete(seq);
				for (const near of [seq - 1, seq, seq + 1, seq + 8])
					expect(set.has(near)).toBe(model.has(near));
			}
			for (const [, seq] of steps) expect(set.has(seq)).toBe(model.has(seq));
		}),
	);
});
