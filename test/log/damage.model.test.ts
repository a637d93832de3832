/** Properties 3 and 5: every crash and every flipped bit, and what a restart makes of the log. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Damage } from "../../src/log/damage.ts";
import type { Stored } from "../../src/log/log.ts";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { entries, left, said, stopped } from "./entries.ts";
import {
	appendAndReopen,
	changed,
	cutAt,
	logOf,
	reopen,
	savedIn,
	type Unit,
	unitsOf,
	upTo,
} from "./folder.ts";

interface StoredLog {
	readonly files: Map<string, Buffer>;
	readonly stored: readonly Stored[];
}

const logs: fc.Arbitrary<Promise<StoredLog>> = fc
	.record({
		batches: fc.array(fc.array(entries, { minLength: 1, maxLength: 3 }), {
			minLength: 1,
			maxLength: 4,
		}),
		segmentBytes: fc.constantFrom(1, 1500, 1 << 26),
	})
	.map(({ batches, segmentBytes }) => logOf(batches, { segmentBytes }));

/** Checks that the last unit was cut off and saved, and that the log can be appended to. */
async function expectCut(
	{ stored }: StoredLog,
	disk: FakeDisk,
	{ path, start, lines }: Unit,
	before: number,
) {
	const rest = disk.files.get(path)?.toString("latin1", start);
	const found = await reopen(disk);
	expect(found.refused).toBeUndefined();
	expect(found.stored).toEqual(upTo(stored, before));
	expect(found.torn).toMatchObject([{ file: path, offset: start }]);
	expect(lines).toContain(found.torn[0]?.damage.offset);
	// Both the cut and the saved tail are durable.
	const later = disk.crash(() => 0);
	expect(savedIn(later)).toEqual([rest]);
	const next = await appendAndReopen(later, said("and on"));
	expect(next.stored).toEqual([...found.stored, ...next.appended]);
	expect(savedIn(later)).toEqual([rest]);
}

describe("a crash", () => {
	test("at any byte leaves the whole batches before it", () =>
		fc.assert(
			fc.asyncProperty(logs, async (making) => {
				const log = await making;
				let before = 0;
				for (const unit of unitsOf(log.files)) {
					const { path, start, end, last } = unit;
					for (let size = start; size < end; size++) {
						const disk = new FakeDisk(cutAt(log.files, path, size));
						// A file that ends between two batches is whole, unless it is empty.
						if (size > start || size === 0)
							await expectCut(log, disk, unit, before);
						else
							expect(await reopen(disk)).toEqual({
								stored: upTo(log.stored, before),
								torn: [],
							});
					}
					before = last;
				}
			}),
			{ numRuns: 4 },
		));

	test("that loses any pages of the last batch loses that batch and no other", () =>
		fc.assert(
			fc.asyncProperty(
				logs,
				fc.constantFrom(16, 64, 512, 4096),
				fc.nat(),
				async (making, pageBytes, seed) => {
					const log = await making;
					const random = seeded(seed);
					const [unit, previous] = unitsOf(log.files).reverse();
					if (!unit) throw new Error("no log");
					const lost: number[] = [];
					const files = changed(log.files, unit.path, (bytes) => {
						for (let at = 0; at < unit.end; at += pageBytes) {
							const [from, to] = [
								Math.max(at, unit.start),
								Math.min(at + pageBytes, unit.end),
							];
							if (from >= to || random(2)) continue;
							bytes.fill(0, from, to);
							lost.push(at);
						}
						return bytes;
					});
					fc.pre(lost.length > 0);
					const disk = new FakeDisk(files);
					await expectCut(log, disk, unit, previous?.last ?? 0);
				},
			),
			{ numRuns: 300 },
		));
});

describe("a flipped bit", () => {
	const flip = ({ files }: StoredLog, path: string, at: number, bit: number) =>
		changed(files, path, (bytes) => {
			bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
			return bytes;
		});

	/** Flips one bit, and checks that the log is refused, or cut if the bit is in the last unit. */
	async function expectNoticed(
		log: StoredLog,
		units: readonly Unit[],
		unit: Unit,
		at: number,
		bit: number,
	) {
		const files = flip(log, unit.path, at, bit);
		const disk = new FakeDisk(files);
		if (unit === units.at(-1))
			return expectCut(log, disk, unit, units.at(-2)?.last ?? 0);
		const { refused, stored } = await reopen(disk);
		const offset = unit.lines.findLast((start) => start <= at);
		if (!(refused instanceof Damage)) expect.fail("it was not refused");
		expect([refused.file, refused.offset]).toEqual([unit.path, offset]);
		expect(stored.length).toBe(0);
		for (const [path, bytes] of disk.files)
			expect(bytes.equals(files.get(path) ?? Buffer.of())).toBe(true);
	}

	test("anywhere is refused before the last batch, and cut in it", () =>
		fc.assert(
			fc.asyncProperty(
				logs,
				fc.nat(),
				fc.nat(7),
				async (making, position, bit) => {
					const log = await making;
					const units = unitsOf(log.files);
					const sizes = units.map(({ start, end }) => end - start);
					const size = sizes.reduce((sum, size) => sum + size, 0);
					let at = position % size;
					for (const unit of units) {
						const length = unit.end - unit.start;
						if (at < length)
							return expectNoticed(log, units, unit, unit.start + at, bit);
						at -= length;
					}
				},
			),
			{ numRuns: 400 },
		));

	test("is refused, whichever it is, when only one batch follows", async () => {
		const words = [said('J*"\\\u001f\u00e9'), left("c1"), stopped, said("")];
		const batches = words.map((entry) => [entry]);
		const log = await logOf(batches, { segmentBytes: 800 });
		const units = unitsOf(log.files);
		for (const [index, last] of units.entries()) {
			const unit = units[index - 1];
			if (!unit) continue;
			const files = cutAt(log.files, last.path, last.end);
			const part = { ...log, files };
			const known = units.slice(0, index + 1);
			for (let at = unit.start; at < unit.end; at++)
				for (let bit = 0; bit < 8; bit++)
					await expectNoticed(part, known, unit, at, bit);
		}
	});
});
