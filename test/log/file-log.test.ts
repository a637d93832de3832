import { describe, expect, test, vi } from "vitest";
import { Damage } from "../../src/log/damage.ts";
import { replaceFile } from "../../src/log/disk.ts";
import { GENESIS } from "../../src/log/line.ts";
import { FakeClock } from "../fakes/clock.ts";
import { type Call, FakeDisk } from "../fakes/disk.ts";
import {
	erased as erase,
	left,
	said,
	settle,
	stopped,
	Witness,
} from "./entries.ts";
import {
	type Crafted,
	chain,
	changed,
	header,
	logOf,
	openOn,
	reopen,
	StillClock,
	savedIn,
	stop,
	unitsOf,
} from "./folder.ts";

const FIRST = "data/log/00000000000000000001.ndjson";

async function opened(options: Parameters<typeof openOn>[1] = {}) {
	const disk = new FakeDisk();
	const clock = new StillClock();
	const log = await openOn(disk, { clock, ...options });
	return { disk, clock, log, witness: new Witness(log) };
}

/** Records a log's calls to a disk. `hold` blocks a kind of call until the returned function is called. */
function watch(disk: FakeDisk) {
	const calls: string[] = [];
	let release = () => {};
	const watcher = {
		calls,
		hold(kind: Call["kind"]) {
			const blocked = new Promise<undefined>((go) => {
				release = () => go(undefined);
			});
			disk.interrupt = (call) => {
				calls.push(call.kind);
				return call.kind === kind ? blocked : undefined;
			};
			return () => release();
		},
	};
	disk.interrupt = ({ kind }) => {
		calls.push(kind);
		return undefined;
	};
	return watcher;
}

test("an event is found in a full segment without all that is before it", async () => {
	const { disk, log } = await opened({ segmentBytes: 1_000_000 });
	for (let nth = 0; nth < 60; nth++) {
		log.append(Array.from({ length: 10 }, () => said("x".repeat(3000))));
		while (log.committed < log.ordered) await settle();
	}
	expect((await log.segments.list()).length).toBe(2);
	for (const seq of [1, 2, 150, 249, 250, 300, 330, 340, 599, 600]) {
		const read = vi.spyOn(disk, "read");
		const [found] = await log.segments.find([seq]);
		expect(found?.seq).toBe(seq);
		const [, from = 0] = read.mock.lastCall ?? [];
		expect((found?.at ?? 0) - from).toBeLessThan(200_000);
	}
});

test("a line that is just being overwritten is read again", async () => {
	const { disk, log } = await opened();
	log.append([said("a secret")]);
	log.append([erase(1)]);
	while (log.committed < log.ordered) await settle();
	const whole = disk.files.get(FIRST) ?? Buffer.alloc(0);
	const spans = await log.segments.find([1]);
	await log.segments.erase(spans);
	const erased = disk.files.get(FIRST) ?? Buffer.alloc(0);
	const half = whole.indexOf("secret");
	const file = await disk.open(FIRST);
	for (const read of [
		() => log.segments.fetch(1, spans),
		async () => {
			const start = { at: 0, seq: 0, hash: GENESIS };
			for await (const { entries } of log.segments.scan(1, start))
				expect(entries.map(({ isBroken }) => isBroken)).toEqual([false, false]);
		},
	]) {
		disk.interrupt = () => undefined;
		await file.write(whole.subarray(half), half);
		let reads = 0;
		disk.interrupt = async ({ kind }) => {
			if (kind === "read" && ++reads === 2) await file.write(erased, 0);
			return undefined;
		};
		await read();
		expect(reads).toBe(2);
	}
});

describe("format 1", () => {
	test("is these bytes for ever", async () => {
		const { files } = await logOf([[said("hi"), stopped], [left("é")]]);
		const digest = "xqMg8qkUiWt9d7GSPqJjeNXQRMkeSNXKVJlMjISVk7Q";
		const posted = `"room":"lobby","client":"c1","digest":"${digest}"`;
		const bytes = chain(
			header(),
			[
				`"seq":1,"batch":[1,2],"type":"message.posted",${posted}`,
				',"salt":"salt","text":"hi"}',
			],
			['"seq":2,"batch":[1,2],"type":"server.stopped"', "}"],
			[
				'"seq":3,"batch":[3,3],"type":"client.left","room":"lobby","client":"é","why":"closed"',
				"}",
			],
		);
		expect(files.get(FIRST)?.toString()).toBe(bytes.toString());
		expect(bytes.toString()).toContain(
			"NoH97IAaZkpCNArpk0m2oeB3kqXAxUA5Bhemn8SGwX8",
		);
	});

	test("has room for the text to be erased in place", async () => {
		const { files } = await logOf([[said("forget me")], [erase(1)]]);
		const present = ',"salt":"salt","text":"forget me"}';
		const erased = ',"erased":true}'.padEnd(present.length);
		const forgotten = changed(files, FIRST, (bytes) =>
			Buffer.from(bytes.toString().replace(present, erased)),
		);
		const found = await reopen(new FakeDisk(forgotten));
		expect(found.stored).toEqual([
			{ seq: 1, event: said("forget me").event },
			{ seq: 2, ...erase(1) },
		]);
		for (const other of [
			erased.replace("  ", " x"),
			erased.slice(1),
			`${erased.trim()}\t`,
			erased,
			present.replace("f", "F"),
			present.replace("f", "\\u0066"),
			"}",
		]) {
			const unexplained = await logOf([[said("forget me")], [stopped]]);
			const files = changed(unexplained.files, FIRST, (bytes) =>
				Buffer.from(bytes.toString().replace(present, other)),
			);
			const { refused } = await reopen(new FakeDisk(files));
			expect(refused).toMatchObject({ line: 2, seq: 1 });
		}
	});
});

describe("erasing overwrites exactly one line, or nothing", () => {
	const bytesOf = (disk: FakeDisk) => disk.files.get(FIRST);

	test.each([
		["a disk that reads on to the end", 0, 0, 1, true],
		["a span that begins too early", -1, 1, 1, false],
		["a span that ends too early", 0, -1, 1, false],
		["a span that ends too late", 0, 1, 1, false],
		["a span of two lines", 0, 330, 1, false],
		["the line of another event", 0, 0, 2, false],
	])("%s", async (_, from, more, seq, drops) => {
		const { files } = await logOf([[said("one")], [said("two")], [erase(1)]]);
		const disk = new FakeDisk(files);
		const log = await openOn(disk);
		const [span] = await log.segments.find([1]);
		if (!span) throw new Error("event 1 is not there");
		const before = bytesOf(disk);
		const read = disk.read.bind(disk);
		if (drops) disk.read = (path, at) => read(path, at);
		const { segment, at, bytes } = span;
		const wrong = { segment, at: at + from, bytes: bytes + more, seq };
		await expect(log.segments.erase([wrong])).rejects.toThrow("is not there");
		expect(bytesOf(disk)).toEqual(before);
	});
});

test("a line that has no text has nothing to erase", async () => {
	const [rest] = stop(1, 1, 1);
	const bytes = chain(header(), [rest, ',"erased":true}'], stop(2, 2, 2));
	const { refused } = await reopen(new FakeDisk([[FIRST, bytes]]));
	expect(refused).toMatchObject({ line: 2 });
});

describe("a batch", () => {
	test("is all that one turn appends: one write, one sync", async () => {
		const { disk, log, witness } = await opened();
		log.append([stopped]);
		await settle();
		const { calls } = watch(disk);
		log.append([said("one"), said("two")]);
		log.append([said("three")]);
		await settle();
		expect(calls).toEqual(["write", "sync"]);
		expect(witness.calls).toEqual(["committed 1", "committed 4"]);
	});

	test("is committed when it is synced, and gathers while the one before is", async () => {
		const { disk, log, witness } = await opened();
		log.append([stopped]);
		await settle();
		const release = watch(disk).hold("sync");
		log.append([said("one")]);
		await settle();
		log.append([said("two")]);
		await settle();
		log.append([said("three")]);
		await settle();
		expect([log.ordered, witness.committed]).toEqual([4, 1]);
		release();
		await settle();
		expect(witness.calls.slice(1)).toEqual(["committed 2", "committed 4"]);
	});

	describe("that lingers", () => {
		let release = () => {};
		const linger = () =>
			new Promise<void>((resolve) => {
				release = resolve;
			});
		/** Ends the wait for more entries. */
		const go = async () => {
			release();
			await settle();
		};

		test("before it is stored is joined by those that come meanwhile", async () => {
			const { disk, log, witness } = await opened({ linger });
			log.append([said("one")]);
			await settle();
			const { calls } = watch(disk);
			log.append([said("two")]);
			await settle();
			expect(calls).toEqual([]);
			await go();
			expect(calls.filter((kind) => kind === "sync")).toHaveLength(2);
			expect(witness.calls).toEqual(["committed 2"]);
		});

		test("is told as soon as it is stored, although others gather behind it", async () => {
			const { log, witness } = await opened({ linger });
			for (const [nth, text] of ["one", "two"].entries()) {
				log.append([said(text)]);
				await go();
				expect(witness.calls[nth]).toBe(`committed ${nth + 1}`);
			}
		});

		test("does not wait for a full disk", async () => {
			const { disk, log, witness } = await opened({ linger });
			log.append([said("one")]);
			await go();
			disk.interrupt = ({ kind }) =>
				kind === "write" ? { code: "ENOSPC" } : undefined;
			log.append([said("two")]);
			await go();
			expect(witness.calls).toEqual(["committed 1", "frozen"]);
		});

		test("does so for longer while telling takes long, and most of the time", async () => {
			const clock = new FakeClock();
			const lingered: number[] = [];
			const { log, witness } = await opened({
				clock,
				linger: async (ms: number) => {
					lingered.push(ms);
				},
			});
			const publish = witness.onCommitted.bind(witness);
			witness.onCommitted = (seq) => {
				clock.advance(30);
				publish(seq);
			};
			for (const idleMs of [0, 119, 120]) {
				clock.advance(idleMs);
				log.append([said("something")]);
				await settle();
			}
			expect(lingered).toEqual([0, 30, 0]);
		});
	});

	test("is bounded in bytes, but what one command appends is never divided", async () => {
		const { log, witness } = await opened({ batchBytes: 800 });
		for (const text of ["one", "two", "three", "four"])
			log.append([said(text)]);
		log.append(Array.from({ length: 10 }, () => said("many")));
		log.append([stopped]);
		await log.close();
		expect(witness.calls).toEqual([
			"committed 2",
			"committed 4",
			"committed 14",
			"committed 15",
		]);
	});

	test("lies within one segment, however large it is", async () => {
		const batches = [
			[stopped],
			[said("x".repeat(3000))],
			[said("one")],
			[stopped],
		];
		const { files, stored } = await logOf(batches, { segmentBytes: 1000 });
		expect(
			[...files.keys()].map((path) => Number.parseInt(path.slice(9), 10)),
		).toEqual([1, 2, 3]);
		expect(await reopen(new FakeDisk(files))).toEqual({ stored, torn: [] });
	});
});

describe("a segment", () => {
	test("has a durable header and name before its first batch is written", async () => {
		const { disk, log } = await opened();
		const { calls } = watch(disk);
		log.append([stopped]);
		await settle();
		expect(calls).toEqual([
			"open",
			"write",
			"sync",
			"syncFolder",
			"write",
			"sync",
		]);
	});

	test("of which only the header was written is gone on with", async () => {
		const { files } = await logOf([[stopped]]);
		const [header] = unitsOf(files);
		const disk = new FakeDisk(
			changed(files, FIRST, (bytes) => bytes.subarray(0, header?.end)),
		);
		const log = await openOn(disk, { ids: () => "another" });
		new Witness(log);
		log.append([stopped]);
		await log.close();
		expect(disk.files).toEqual(files);
	});
});

describe("a frozen log", () => {
	/** A log whose disk has just become full, with one batch that waits. */
	async function frozen() {
		const { disk, clock, log, witness } = await opened();
		log.append([stopped]);
		await settle();
		const full = { code: "ENOSPC" };
		disk.interrupt = ({ kind }) => (kind === "write" ? full : undefined);
		log.append([said("waiting")]);
		log.append([said("also waiting")]);
		await settle();
		expect([log.frozen, log.committed]).toEqual([true, 1]);
		return { disk, clock, log, witness };
	}

	test("tries again each second, by itself", async () => {
		const { disk, clock, log, witness } = await frozen();
		disk.interrupt = () => undefined;
		clock.advance(999);
		await settle();
		expect(log.frozen).toBe(true);
		clock.advance(1);
		await settle();
		expect(witness.calls.slice(1)).toEqual(["frozen", "thawed", "committed 3"]);
	});

	test("tries once more when it is closed", async () => {
		const { disk, log, witness } = await frozen();
		disk.interrupt = () => undefined;
		await log.close();
		expect(witness.calls.at(-1)).toBe("committed 3");
		expect((await reopen(disk)).stored).toEqual(witness.ordered);
	});

	test("gives up when it is closed and there is still no room", async () => {
		const { disk, log, witness } = await frozen();
		await log.close();
		expect(witness.calls).toEqual(["committed 1", "frozen"]);
		disk.interrupt = () => undefined;
		expect(await reopen(disk)).toEqual({
			stored: witness.ordered.slice(0, 1),
			torn: [],
		});
	});

	test("is lost if the partial write cannot be taken back", async () => {
		const { disk, log, witness } = await opened();
		const codes: Record<string, string> = { write: "ENOSPC", truncate: "EIO" };
		disk.interrupt = ({ kind }) => {
			const code = codes[kind];
			return code ? { code } : undefined;
		};
		log.append([stopped]);
		await settle();
		expect([witness.calls, witness.fatal]).toMatchObject([
			["fatal"],
			{ code: "EIO" },
		]);
	});
});

test("nothing is committed to a segment that was removed meanwhile", async () => {
	const { disk, log, witness } = await opened();
	log.append([stopped]);
	await settle();
	await disk.remove(FIRST);
	log.append([stopped]);
	await settle();
	expect(log.committed).toBe(1);
	expect(witness.fatal?.message).toContain(`${FIRST} was removed or replaced`);
});

test("nothing is written to a folder that has another owner", async () => {
	let owner = "ours";
	const { disk, log, witness } = await opened({
		lock: {
			check() {
				if (owner !== "ours") throw new Error("it is theirs");
			},
		},
	});
	owner = "theirs";
	log.append([stopped]);
	await settle();
	expect(disk.files.get(FIRST)).toBeUndefined();
	expect(witness.fatal?.message).toBe("it is theirs");
});

test("a disk that takes no bytes at all is a broken disk", async () => {
	const { disk, log, witness } = await opened();
	disk.interrupt = ({ kind }) => (kind === "write" ? { short: 0 } : undefined);
	log.append([stopped]);
	await settle();
	expect(witness.calls).toEqual(["fatal"]);
});

test("a batch that a killed server had not synced is durable before it is shown", async () => {
	const { disk, log } = await opened();
	log.append([stopped]);
	await settle();
	watch(disk).hold("sync");
	log.append([said("written, not synced")]);
	await settle();
	disk.interrupt = () => undefined;
	const found = await reopen(disk);
	expect(found.stored).toHaveLength(2);
	expect(await reopen(disk.crash(() => 0))).toEqual(found);
});

test("a torn tail is told in words, and can be looked at", async () => {
	const { files } = await logOf([[stopped], [said("one"), said("two")]]);
	const cut = changed(files, FIRST, (bytes) => bytes.subarray(0, -3));
	const offset = unitsOf(files)[2]?.start ?? 0;
	const disk = new FakeDisk(cut);
	const { torn } = await reopen(disk);
	const savedAs = `data/torn/00000000000000000001.ndjson-${offset}-1767225600000`;
	expect(torn).toMatchObject([{ file: FIRST, offset, savedAs }]);
	expect(torn[0]?.damage.message).toMatch(
		/^data\/log\/0{19}1\.ndjson is damaged at line 4 \(byte \d+\), where event 3 should be: its end is missing$/,
	);
	expect(savedIn(disk)).toHaveLength(1);
});

test("a torn tail that a full disk can't hold leaves no part of it", async () => {
	const { files } = await logOf([[stopped], [said("one"), said("two")]]);
	const cut = changed(files, FIRST, (bytes) => bytes.subarray(0, -3));
	const disk = new FakeDisk(cut);
	let writes = 0;
	disk.interrupt = ({ kind }) => {
		if (kind !== "write") return undefined;
		return writes++ === 0 ? { short: 3 } : { code: "ENOSPC" };
	};
	expect((await reopen(disk)).refused?.message).toContain("ENOSPC");
	expect(disk.files).toEqual(new FakeDisk(cut).files);
	writes = 0;
	await expect(replaceFile(disk, "data", "cache", "a text")).rejects.toThrow();
	expect(disk.files).toEqual(new FakeDisk(cut).files);
});

describe("a log refuses to open", () => {
	const crafted: [string, number, Crafted[]][] = [
		["a format from the future", 1, [[header()[0].replace("1,", "2,"), "}"]]],
		["a segment of another seq", 1, [header(2)]],
		["a segment without a header", 1, [stop(1, 1, 1)]],
		["a seq left out", 2, [header(), stop(2, 1, 2)]],
		["a batch left out", 2, [header(), stop(2, 2, 2)]],
		["a batch that begins twice", 3, [header(), stop(1, 1, 2), stop(2, 2, 2)]],
		["a batch that grows", 3, [header(), stop(1, 1, 2), stop(2, 1, 3)]],
		["a batch that ends before it begins", 2, [header(), stop(1, 1, 0)]],
		[
			"a line that is in no batch",
			2,
			[header(), ['"seq":1,"type":"server.stopped"', "}"]],
		],
		[
			"a line that is no event",
			2,
			[header(), ['"seq":1,"batch":[1,1],"type":7', "}"]],
		],
		["a line that is no JSON", 2, [header(), ['"seq":1,"batch":[1,1]]', "}"]]],
	];
	test.each(crafted)(
		"with %s, though each line is sound",
		async (_, line, lines) => {
			const files = new Map([[FIRST, chain(...lines)]]);
			const disk = new FakeDisk(files);
			const { refused } = await reopen(disk);
			expect(refused).toBeInstanceOf(Damage);
			expect(refused).toMatchObject({ file: FIRST, line });
			expect(disk.files).toEqual(files);
		},
	);

	const three = async () => {
		const batches = [[stopped], [left("c1")], [left("c2")]];
		const { files } = await logOf(batches, { segmentBytes: 1 });
		return [...files];
	};
	type Files = Awaited<ReturnType<typeof three>>;
	const misplaced: [string, (files: Files) => Files][] = [
		["whose first segment is missing", ([, ...rest]) => rest],
		["of which one in between is missing", (files) => files.toSpliced(1, 1)],
		[
			"of which one has another name",
			(files) =>
				files.with(2, [
					FIRST.replace("1.", "7."),
					files[2]?.[1] ?? Buffer.of(),
				]),
		],
		[
			"of which one ends early",
			(files) =>
				files.with(1, [
					files[1]?.[0] ?? "",
					files[1]?.[1].subarray(0, -1) ?? Buffer.of(),
				]),
		],
		[
			"of which one is empty",
			(files) => files.with(1, [files[1]?.[0] ?? "", Buffer.of()]),
		],
	];
	test.each(misplaced)("with segments %s", async (_, change) => {
		const files = new Map(change(await three()));
		const disk = new FakeDisk(files);
		expect((await reopen(disk)).refused).toBeInstanceOf(Damage);
		expect(disk.files).toEqual(files);
	});

	test("with a segment of another log", async () => {
		const other = header(2, "zyxwvutsrqponmlkjihgfe");
		const both = chain(header(), stop(1, 1, 1), other);
		const end = both.lastIndexOf('{"level"');
		const second = FIRST.replace("1.", "2.");
		const files = new Map([
			[FIRST, both.subarray(0, end)],
			[second, both.subarray(end)],
		]);
		const { refused } = await reopen(new FakeDisk(files));
		expect(refused).toMatchObject({ file: second, line: 1 });
	});

	test("with bytes that only look like what was written", async () => {
		const { files } = await logOf([[said("\ufffd")], [stopped]]);
		const shown = (bytes: Buffer) => bytes.toString();
		const other = changed(files, FIRST, (bytes) => {
			const at = bytes.indexOf("\ufffd");
			return Buffer.concat([
				bytes.subarray(0, at),
				Buffer.from([0xf0, 0x90, 0x80]),
				bytes.subarray(at + 3),
			]);
		});
		expect([...other.values()].map(shown)).toEqual(
			[...files.values()].map(shown),
		);
		const { refused } = await reopen(new FakeDisk(other));
		expect(refused).toMatchObject({
			line: 2,
			reason: "what follows its hash is not what was written",
		});
	});

	test("when it cannot be read", async () => {
		const disk = new FakeDisk(await three());
		disk.interrupt = ({ kind }) =>
			kind === "read" ? { code: "EIO" } : undefined;
		expect((await reopen(disk)).refused).toMatchObject({ code: "EIO" });
	});
});
