/** Properties 4 and 6: a power cut or a failing disk at every call that a log makes. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { Entry, Log } from "../../src/log/log.ts";
import { type Call, FakeDisk, type Interrupt, seeded } from "../fakes/disk.ts";
import { entries, said, settle, stopped, Witness } from "./entries.ts";
import { appendAndReopen, openOn, reopen, StillClock } from "./folder.ts";

/** An append, and how many turns the disk gets before the next one. */
interface Step {
	readonly entries: readonly Entry[];
	readonly turns: number;
}

const NEWLINE = 10;
const ALL_TURNS = 1000;
const stories = fc.record({
	steps: fc.array(
		fc.record({
			entries: fc.array(entries, { minLength: 1, maxLength: 3 }),
			turns: fc.constantFrom(0, 1, 5, 12, ALL_TURNS),
		}),
		{ minLength: 1, maxLength: 6 },
	),
	segmentBytes: fc.constantFrom(1, 1500, 1 << 26),
	batchBytes: fc.constantFrom(1, 1000, 1 << 17),
});
type Story = typeof stories extends fc.Arbitrary<infer T> ? T : never;

async function live(log: Log, steps: readonly Step[]): Promise<void> {
	for (const { entries, turns } of steps) {
		log.append(entries);
		if (turns === ALL_TURNS) await settle();
		else for (let turn = 0; turn < turns; turn++) await undefined;
	}
	await log.close();
}

const counts: Record<string, number> = {};
function count({ injected }: FakeDisk) {
	for (const [fault, times] of Object.entries(injected))
		counts[fault] = (counts[fault] ?? 0) + times;
}
afterAll(() => console.info("faults injected", counts));

/** The possible numbers of entries if each append is there whole or not at all. */
function wholeAppends({ steps }: Story): number[] {
	let end = 0;
	return [0, ...steps.map(({ entries }) => (end += entries.length))];
}

describe("a crash", () => {
	/** Writes are short at random; the power is cut at the given call. */
	const badDay = (crashAt: number, seed: number): Interrupt => {
		const random = seeded(seed);
		return ({ kind, number }) => {
			if (number === crashAt) return "crash";
			return kind === "write" && random(3) === 0
				? { short: 1 + random(200) }
				: undefined;
		};
	};

	async function liveUntil(
		crashAt: number,
		disk: FakeDisk,
		story: Story,
		seed: number,
	) {
		const witness = new Witness();
		const life = async () => {
			const log = await openOn(disk, story);
			log.listen(witness);
			await live(log, story.steps);
		};
		disk.interrupt = badDay(crashAt, seed);
		const survived = await Promise.race([
			life().then(() => true),
			disk.crashing.then(() => false),
		]);
		count(disk);
		return { witness, survived };
	}

	test("at any call loses nothing that was committed, and no part of an append", () =>
		fc.assert(
			fc.asyncProperty(
				stories,
				fc.nat(),
				fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
				fc.boolean(),
				async (story, seed, later, powerGoes) => {
					const ends = wholeAppends(story);
					for (let crashAt = 1; ; crashAt++) {
						const random = seeded(seed + crashAt);
						const before = new FakeDisk([], 64);
						const { witness, survived } = await liveUntil(
							crashAt,
							before,
							story,
							seed,
						);
						let disk = powerGoes ? before.crash(random) : before.kill();
						// It may crash again while it starts.
						for (const call of later) {
							await liveUntil(call, disk, { ...story, steps: [] }, seed);
							disk = disk.crash(random);
						}
						const found = await reopen(disk);
						expect(found.refused).toBeUndefined();
						const seq = found.stored.length;
						expect(found.stored).toEqual(witness.ordered.slice(0, seq));
						expect(seq).toBeGreaterThanOrEqual(witness.committed);
						expect(ends).toContain(seq);
						// Published entries stay, even if every cache file is lost.
						if (powerGoes) disk = disk.crash(() => 0);
						expect((await reopen(disk)).torn).toEqual([]);
						const next = await appendAndReopen(disk, said("and on"));
						const stored = [...found.stored, ...next.appended];
						expect(next.stored).toEqual(stored);
						disk = disk.crash(() => 0);
						expect(await reopen(disk)).toEqual({ stored, torn: [] });
						if (survived) {
							expect(witness.committed).toBe(ends.at(-1));
							break;
						}
					}
				},
			),
			{ numRuns: 60 },
		));
});

describe("a disk that fails", () => {
	const full = ["ENOSPC", "EDQUOT", "EROFS"];
	const codes = fc.constantFrom(...full, "EIO", "EBADF");

	/** Fails one call. If that call finds the disk full, it stays full until there is room. */
	class BadDisk extends FakeDisk {
		failed: Call | undefined;
		room = true;

		failAt(failing: number, code: string) {
			let halfWritten = false;
			this.interrupt = (call) => {
				const grows = call.kind === "write" || call.kind === "open";
				if (call.number !== failing && (this.room || !grows)) return;
				this.failed ??= call;
				this.room = !(full.includes(code) && grows);
				halfWritten = !this.room && call.kind === "write" && !halfWritten;
				if (halfWritten) return { short: 7 };
				return { code };
			};
		}
	}

	/** Appends everything; a log that freezes stays so for some seconds. */
	async function endure(story: Story, disk: BadDisk, seconds: number) {
		const clock = new StillClock();
		const log = await openOn(disk, { ...story, clock });
		const witness = new Witness(log);
		const opened = disk.calls;
		const wait = async () => {
			await settle();
			if (!log.frozen) return;
			const { committed } = witness;
			for (let second = 0; second < seconds; second++) {
				clock.advance(1000);
				await settle();
			}
			expect([log.frozen, witness.committed]).toEqual([true, committed]);
			expect(() => log.append([stopped])).toThrow("frozen");
			for (const bytes of disk.files.values())
				expect([undefined, NEWLINE]).toContain(bytes.at(-1));
			disk.room = true;
			clock.advance(1000);
			await settle();
			expect([log.frozen, witness.committed]).toEqual([false, log.ordered]);
		};
		const go = async () => {
			for (const { entries, turns } of story.steps) {
				if (!witness.fatal) log.append(entries);
				if (turns) await wait();
			}
			await wait();
			return { log, witness };
		};
		return { opened, go };
	}

	test("freezes the log while it is full, and ends it otherwise; it commits only what it has", () =>
		fc.assert(
			fc.asyncProperty(
				stories,
				codes,
				fc.nat(3),
				fc.nat(),
				async (story, code, seconds, seed) => {
					const undisturbed = new BadDisk();
					const model = await (await endure(story, undisturbed, 0)).go();
					const calls = undisturbed.calls;
					for (let failing = 1; ; failing++) {
						const disk = new BadDisk();
						const { opened, go } = await endure(story, disk, seconds);
						disk.failAt(opened + failing, code);
						const { log, witness } = await go();
						count(disk);
						if (opened + failing > calls) break;
						const { kind } = disk.failed ?? {};
						if (full.includes(code) && (kind === "write" || kind === "open")) {
							expect(witness.fatal).toBeUndefined();
							const at = witness.calls.indexOf("frozen");
							expect(witness.calls[at + 1]).toBe("thawed");
							expect(disk.files).toEqual(undisturbed.files);
							continue;
						}
						expect(witness.calls.indexOf("fatal")).toBe(
							witness.calls.length - 1,
						);
						expect(witness.fatal).toMatchObject({ code });
						expect(() => log.append([stopped])).toThrow("failed");
						expect(log.committed).toBe(witness.committed);
						expect(log.committed).toBeLessThan(model.log.committed);
						await log.close();
						const found = await reopen(disk.crash(seeded(seed)));
						const seq = found.stored.length;
						expect(seq).toBeGreaterThanOrEqual(witness.committed);
						expect(found.stored).toEqual(witness.ordered.slice(0, seq));
						expect(wholeAppends(story)).toContain(seq);
					}
				},
			),
			{ numRuns: 40 },
		));
});
