import { describe, expect, test } from "vitest";
import type { Overwriting } from "../../machines/events.ts";
import { UnfinishedErasures } from "../../src/engine/unfinished-erasures.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { erased, said } from "../log/entries.ts";
import { changed, logOf, openOn } from "../log/folder.ts";

const FIRST = "data/log/00000000000000000001.ndjson";

/** Three texts that were erased: the first is gone, the second whole, and the third half there. */
async function half() {
	const { files } = await logOf([
		[said("gone")],
		[said("whole")],
		[said("half!")],
		[erased(1, 2)],
		[erased(3)],
	]);
	const disk = new FakeDisk(files);
	const log = await openOn(disk);
	await log.segments.erase(await log.segments.find([1]));
	await log.close();
	const broken = (bytes: Buffer) =>
		Buffer.from(bytes.toString("latin1").replace("half!", "ha   "), "latin1");
	return openOn(new FakeDisk(changed(disk.files, FIRST, broken)));
}

/** What is left when lines up to a seq are not read. */
async function leftOf(skipped?: number) {
	const log = await half();
	const unfinished = new UnfinishedErasures(log, skipped);
	for await (const batch of log.read())
		for (const stored of batch)
			if (stored.seq > (skipped ?? 0)) unfinished.onRead(stored);
	return unfinished;
}

describe("after a start, what is left to erase", () => {
	test("is what still has a text, or half of one", async () => {
		expect((await leftOf()).seqs).toEqual([2, 3]);
	});

	test("is all that was not read", async () => {
		expect((await leftOf(1)).seqs).toEqual([1, 2, 3]);
	});

	test("is named once, however often it was erased", async () => {
		const log = { isBroken: () => false };
		const unfinished = new UnfinishedErasures(log);
		const events = [said("hi"), erased(20_000), erased(20_000)];
		for (const [nth, entry] of events.entries())
			unfinished.onRead({ seq: 20_000 + nth, ...entry });
		expect(unfinished.seqs).toEqual([20_000]);
	});

	test("takes no time for each of very many that a restore erased at once", () => {
		const unfinished = new UnfinishedErasures({ isBroken: () => false });
		const { event } = erased(1);
		let reads = 0;
		for (let seq = 1; seq <= 5000; seq++)
			unfinished.onRead({
				seq,
				event: Object.defineProperty({ ...event }, "time", {
					get() {
						reads++;
						return event.time;
					},
				}),
			});
		expect(unfinished.recent).toHaveLength(5000);
		expect(reads).toBeLessThan(50_000);
	});

	test("may be at other nodes what was erased in the ten minutes before the end", () => {
		const unfinished = new UnfinishedErasures({ isBroken: () => false });
		const at = (minutes: number) => {
			const { event } = erased(1);
			const time = event.time + minutes * 60_000;
			return { ...event, time } as Overwriting;
		};
		for (const [nth, minutes] of [0, 1, 9, 11].entries())
			unfinished.onRead({ seq: nth + 2, event: at(minutes) });
		expect(unfinished.recent).toEqual([9, 11].map(at));
	});
});
