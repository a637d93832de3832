/** A log that takes over another one's lines. */
import { expect, test } from "vitest";
import { strip } from "../../src/cluster/stream-lines.ts";
import type { Disk } from "../../src/log/disk.ts";
import { memoryDisk } from "../../src/log/memory-disk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import { erased, readAll, said, settle, Witness } from "./entries.ts";

const clock = new FakeClock();
const NONE = Buffer.alloc(0);

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

async function emptyMirror(disk: Disk = memoryDisk()) {
	const log = memoryLog("mirror", clock, disk, { isMirror: true });
	await readAll(log);
	return { log, disk, witness: new Witness(log) };
}

test("it has the same entries, and goes on from them", async () => {
	const [one, two] = await written("a", "one", "two");
	const { log, disk } = await emptyMirror();
	await log.mirror(one ?? NONE);
	await log.mirror(two ?? NONE);
	expect([log.id, log.committed]).toEqual(["a", 2]);
	log.append([said("three")]);
	await log.close();
	const texts = (await readAll(memoryLog("a", clock, disk))).map(
		({ erasable }) => erasable?.text,
	);
	expect(texts).toEqual(["one", "two", "three"]);
});

test("an empty one takes a batch in parts, as the lines come", async () => {
	const log = memoryLog("a", clock);
	await readAll(log);
	log.listen(new Witness());
	let bytes = NONE;
	log.onBatch.add((batch) => {
		bytes = Buffer.from(batch.bytes);
	});
	log.append([said("one"), said("two"), said("three")]);
	while (log.committed < log.ordered) await settle();
	const firstEnd = bytes.indexOf("\n", bytes.indexOf("\n") + 1) + 1;
	const { log: mirror } = await emptyMirror();
	await mirror.mirror(bytes.subarray(0, firstEnd));
	await mirror.mirror(bytes.subarray(firstEnd));
	expect(mirror.committed).toBe(3);
});

test("killed between the header of a segment and the batch, it takes both again", async () => {
	const [one = NONE, two = NONE] = await written("a", "one", "two");
	const disk = memoryDisk();
	const file = await disk.open("log/00000000000000000001.ndjson");
	await file.write(one.subarray(0, one.indexOf("\n") + 1), 0);
	const { log } = await emptyMirror(disk);
	for (const bytes of [one, two]) await log.mirror(bytes);
	expect(log.committed).toBe(2);
});

test("lines of another log, changed ones, and ones that leave something out are refused, and nobody sees them", async () => {
	const [one, two, three] = await written("a", "one", "two", "three");
	const [, other] = await written("b", "one", "other");
	const changed = Buffer.from(
		`${two}`.replace("message.posted", "message.erased"),
	);
	for (const wrong of [other, three, changed]) {
		const { log } = await emptyMirror();
		await log.mirror(one ?? NONE);
		await expect(log.mirror(wrong ?? NONE)).rejects.toThrow();
		expect(log.committed).toBe(1);
	}
});

/** A text, what came after it, and its erasure, as a mirror gets them that was away. */
async function erasedElsewhere() {
	const log = memoryLog("a", clock);
	await readAll(log);
	const batches: Buffer[] = [];
	log.listen(new Witness());
	log.onBatch.add(({ bytes }) => batches.push(Buffer.from(bytes)));
	for (const entry of [said("too much"), said("two"), erased(1)]) {
		log.append([entry]);
		while (log.committed < log.ordered) await settle();
	}
	const [one = NONE, ...later] = batches;
	return [strip(one, new Set([1])).bytes, ...later];
}

test("killed before it got the erasure of what it has without a text, it starts again and goes on", async () => {
	const [one = NONE, two = NONE, erasure = NONE] = await erasedElsewhere();
	const { log, disk } = await emptyMirror();
	for (const bytes of [one, two]) await log.mirror(bytes);
	const { log: again } = await emptyMirror(disk);
	expect(again.committed).toBe(2);
	await again.mirror(erasure);
	expect(await readAll(memoryLog("a", clock, disk))).toHaveLength(3);
});

test("a text that was changed, and that no erasure names, is damage in a mirror as well", async () => {
	const [one = NONE, two = NONE] = await written("a", "one", "two");
	const { log, disk } = await emptyMirror();
	for (const bytes of [one, two]) await log.mirror(bytes);
	const [name] = await disk.list("log");
	const file = await disk.open(`log/${name}`);
	await file.write(Buffer.from("a"), one.indexOf('"text":"') + 8);
	await expect(emptyMirror(disk)).rejects.toThrow("is damaged at line 2");
});

test("a mirror that is closed while a write runs ends, though the disk is full by then", async () => {
	const [one = NONE] = await written("a", "one");
	const disk = new FakeDisk();
	const { log } = await emptyMirror(disk);
	let fail = () => {};
	const writing = new Promise<void>((reached) => {
		disk.interrupt = ({ kind }) => {
			if (kind !== "write") return undefined;
			reached();
			return new Promise((resolve) => {
				fail = () => resolve({ code: "ENOSPC" });
			});
		};
	});
	const mirrored = log.mirror(one);
	await writing;
	let isClosed = false;
	const closed = log.close().then(() => {
		isClosed = true;
	});
	await settle();
	expect(isClosed).toBe(false);
	fail();
	await expect(mirrored).rejects.toThrow("ENOSPC");
	await closed;
});
