/** The contract of every log, on any storage. */
import { expect, test } from "vitest";
import { GENESIS } from "../../src/log/line.ts";
import type { Cursor, Entry, Log } from "../../src/log/log.ts";
import {
	erased,
	left,
	readAll,
	said,
	settle,
	stopped,
	Witness,
} from "./entries.ts";

export interface Harness {
	/** Opens the log on this storage: the same log each time. */
	open(): Promise<Log>;
}

/** Opens it and reads it to its end, so that it can be written to. */
async function opened(making: Harness | Promise<Harness>): Promise<Log> {
	const log = await (await making).open();
	await readAll(log);
	return log;
}

/** The entries that a scan finds after a cursor, each with the cursor after its chunk. */
async function scanned(
	log: Log,
	segment: number,
	after: Cursor = { at: 0, seq: 0, hash: GENESIS },
) {
	const all = [];
	for await (const { entries, end } of log.segments.scan(segment, after))
		all.push(...entries.map((one) => ({ ...one, end })));
	return all;
}

export function logContract(makeHarness: () => Promise<Harness>): void {
	/** Appends each entry as a command of its own, and closes the log. */
	async function store(harness: Harness, ...entries: Entry[]) {
		const log = await opened(harness);
		const witness = new Witness(log);
		for (const entry of entries) log.append([entry]);
		await log.close();
		return witness;
	}

	test("a new log is empty and has an id of 128 bits", async () => {
		const log = await opened(makeHarness());
		expect(log.id).toMatch(/^[\w-]{22}$/);
		expect([log.ordered, log.committed, log.frozen]).toEqual([0, 0, false]);
		expect(await readAll(log)).toEqual([]);
		await log.close();
	});

	test("entries are ordered at once and committed later", async () => {
		const log = await opened(makeHarness());
		const witness = new Witness(log);
		log.append([said("one"), said("two")]);
		log.append([said("three")]);
		expect(witness.ordered.map(({ seq }) => seq)).toEqual([1, 2, 3]);
		expect([log.ordered, log.committed, witness.committed]).toEqual([3, 0, 0]);
		await log.close();
		expect([log.committed, witness.committed]).toEqual([3, 3]);
	});

	test("the position of an entry is known while it is being ordered", async () => {
		const log = await opened(makeHarness());
		const positions: number[][] = [];
		log.listen(
			Object.assign(new Witness(), {
				onOrdered: ({ seq }: { seq: number }) =>
					positions.push([seq, log.ordered]),
			}),
		);
		log.append([said("one"), said("two")]);
		expect(positions).toEqual([
			[1, 1],
			[2, 2],
		]);
		await log.close();
	});

	test("what was committed is read back as it was, and the log goes on", async () => {
		const harness = await makeHarness();
		const first = await store(harness, said("hello"), left("c1"), stopped);
		const log = await opened(harness);
		expect(await readAll(log)).toEqual(first.ordered);
		expect([log.ordered, log.committed]).toEqual([3, 3]);
		const second = new Witness(log);
		log.append([said("again")]);
		await log.close();
		const reopened = await opened(harness);
		const whole = [...first.ordered, ...second.ordered];
		expect(await readAll(reopened)).toEqual(whole);
		expect(reopened.id).toBe(log.id);
		await reopened.close();
	});

	test("an entry whose text was erased comes back without it", async () => {
		const harness = await makeHarness();
		const before = await store(harness, said("forgotten"), said("kept"));
		const log = await opened(harness);
		const witness = new Witness(log);
		log.append([erased(1)]);
		while (log.committed < log.ordered) await settle();
		for (const _ of ["at first", "and again"])
			await log.segments.erase(await log.segments.find([1]));
		await log.close();
		const { event } = said("forgotten");
		const reopened = await opened(harness);
		expect(await readAll(reopened)).toEqual([
			{ seq: 1, event },
			before.ordered[1],
			...witness.ordered,
		]);
		await reopened.close();
	});

	test("nothing of an append is kept when its listener throws", async () => {
		const harness = await makeHarness();
		const log = await opened(harness);
		const witness = new Witness();
		log.listen(
			Object.assign(witness, {
				onOrdered(stored: { seq: number }) {
					if (stored.seq === 3) throw new Error("illegal here");
				},
			}),
		);
		log.append([said("one")]);
		expect(() => log.append([said("two"), said("three")])).toThrow("illegal");
		expect(log.ordered).toBe(1);
		log.append([said("other two")]);
		await log.close();
		const reopened = await opened(harness);
		const texts = (await readAll(reopened)).map((it) => it.erasable?.text);
		expect(texts).toEqual(["one", "other two"]);
		await reopened.close();
	});

	const { event, erasable } = said("hello");
	const impossible: [string, Entry][] = [
		["a text that its digest does not name", { ...said("a"), event }],
		[
			"a text that no digest names",
			{
				...stopped,
				...(said("a").erasable && { erasable: { salt: "", text: "" } }),
			},
		],
		["half a character", said("\ud800")],
		[
			"an event without a time",
			{ event: { ...stopped.event, time: Number.NaN } },
		],
		[
			"a field of the log's own",
			{
				event: Object.assign({ hash: "" }, event),
				...(erasable && { erasable }),
			},
		],
	];
	test.each(impossible)(
		"%s is refused before it is ordered",
		async (_, entry) => {
			const log = await opened(makeHarness());
			const witness = new Witness(log);
			expect(() => log.append([said("fine"), entry])).toThrow();
			expect([witness.ordered, log.ordered]).toEqual([[], 0]);
			await log.close();
		},
	);

	test("what is committed can be scanned, from any place on, and fetched again", async () => {
		const log = await opened(makeHarness());
		expect(await log.segments.list()).toEqual([]);
		const witness = new Witness(log);
		for (const text of ["one", "two", "three"]) {
			log.append([said(text)]);
			while (log.committed < log.ordered) await settle();
		}
		const [segment = 0] = await log.segments.list();
		const all = await scanned(log, segment);
		expect(all.map(({ stored }) => stored)).toEqual(witness.ordered);
		const spans = [0, 2].map((nth) => all[nth]?.span ?? { at: 0, bytes: 0 });
		expect(await log.segments.fetch(segment, spans)).toEqual(
			[0, 2].map((nth) => witness.ordered[nth]),
		);
		log.append([left("c1")]);
		expect(await scanned(log, segment, all.at(-1)?.end)).toEqual([]);
		await log.close();
		const more = await scanned(log, segment, all.at(-1)?.end);
		expect(more.map(({ stored }) => stored)).toEqual(witness.ordered.slice(3));
	});

	test("appending nothing is nothing", async () => {
		const log = await opened(makeHarness());
		const witness = new Witness(log);
		log.append([]);
		await log.close();
		expect(witness.calls).toEqual([]);
	});

	test("it has one listener, and is read before and written after", async () => {
		const log = await (await makeHarness()).open();
		expect(() => new Witness(log)).toThrow("not been read");
		await readAll(log);
		expect(() => log.append([stopped])).toThrow("no listener");
		new Witness(log);
		expect(() => new Witness(log)).toThrow("a listener");
		await expect(readAll(log)).rejects.toThrow("being written");
		await log.close();
	});

	test("a listener may not append while it hears of an append", async () => {
		const log = await opened(makeHarness());
		log.listen(
			Object.assign(new Witness(), { onOrdered: () => log.append([stopped]) }),
		);
		expect(() => log.append([stopped])).toThrow("must not append");
		expect(log.ordered).toBe(0);
		await log.close();
	});

	test("a closed log takes nothing more, and may be closed again", async () => {
		const log = await opened(makeHarness());
		new Witness(log);
		await log.close();
		await log.close();
		expect(() => log.append([stopped])).toThrow("closed");
	});
}
