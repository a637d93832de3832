/** A log that takes over another one's lines. */
import { expect, test } from "vitest";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import { readAll, said, settle, Witness } from "./entries.ts";

const clock = new FakeClock();

/** A log with these texts, and the bytes of each batch. */
async function written(id: string, ...texts: readonly string[]) {
	const log = memoryLog(id, clock);
	await readAll(log);
	new Witness(log);
	const batches: Buffer[] = [];
	log.onBatch.add(({ bytes }) => batches.push(Buffer.from(bytes)));
	for (const text of texts) {
		log.append([said(text)]);
		while (log.committed < log.ordered) await settle();
	}
	return batches;
}

async function emptyMirror() {
	const disk = memoryDisk();
	const log = memoryLog("mirror", clock, disk);
	await readAll(log);
	return { log, disk, witness: new Witness(log) };
}

test("it has the same entries, and goes on from them", async () => {
	const [one, two] = await written("a", "one", "two");
	const { log, disk } = await emptyMirror();
	await log.mirror(one ?? Buffer.alloc(0));
	await log.mirror(two ?? Buffer.alloc(0));
	expect([log.id, log.committed]).toEqual(["a", 2]);
	log.append([said("three")]);
	await log.close();
	const texts = (await readAll(memoryLog("a", clock, disk))).map(
		({ erasable }) => erasable?.text,
	);
	expect(texts).toEqual(["one", "two", "three"]);
});

test("lines of another log, changed ones, and ones that leave something out are refused, and nobody sees them", async () => {
	const [one, two, three] = await written("a", "one", "two", "three");
	const [, other] = await written("b", "one", "other");
	const changed = Buffer.from(
		`${two}`.replace("message.posted", "message.erased"),
	);
	for (const wrong of [other, three, changed]) {
		const { log } = await emptyMirror();
		await log.mirror(one ?? Buffer.alloc(0));
		await expect(log.mirror(wrong ?? Buffer.alloc(0))).rejects.toThrow();
		expect(log.committed).toBe(1);
	}
});
