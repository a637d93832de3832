/** A log that is incomplete or known to be damaged is refused unless the operator accepts it. */

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { recoverState } from "../../src/engine/recovery.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import { indexFiles } from "../../src/history/index-files.ts";
import { defaultLimits } from "../../src/limits.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { Snapshots } from "../../src/log/snapshots.ts";
import { startService } from "../../src/service.ts";
import { plume } from "../cli/desk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { FakeMailer, seededBytes, TestServer } from "../test-server.ts";
import { changed } from "./folder.ts";

interface Start {
	readonly fsync?: boolean;
	readonly acceptMissing?: boolean;
	readonly refuseBackup?: boolean;
}

type File = [path: string, bytes: Buffer];

let starts = 0;

async function start(
	disk: FakeDisk,
	{ fsync = true, acceptMissing = false, refuseBackup = false }: Start = {},
) {
	const clock = new FakeClock();
	const warnings: string[] = [];
	const warn = ({ message }: Error) => warnings.push(message);
	const data = { disk, folder: "data", warn };
	const ids = () => "abcdefghijklmnopqrstuv";
	const log = openFileLog({
		...{ ...data, clock, ids, acceptMissing, refuseBackup },
		isUnsynced: !fsync,
		segmentBytes: 9000,
	});
	const snapshots = new Snapshots({ ...data, every: 40, fsync });
	const testServer = await TestServer.open({
		...{ log, clock, snapshots, seed: `start ${starts++}` },
		onOwn: () => log.removeEvidence(),
		indexes: indexFiles(data),
		environment: { PLUME_LIMITS: "off" },
	});
	return { testServer, log, clock, warnings };
}

/** The disk of a server that was stopped or killed. */
async function lived(
	options: Start = {},
	killed = false,
	word = "line",
): Promise<FakeDisk> {
	const disk = new FakeDisk();
	starts = 0;
	const { testServer } = await start(disk, options);
	const ann = await testServer.enter("ann", "plume.2");
	for (let n = 1; n <= 90; n++) {
		ann.say(`${word} ${n}`, n);
		await testServer.settle();
	}
	testServer.archive.catchUp();
	await testServer.settle();
	if (killed) return disk.kill();
	await testServer.engine.stop();
	return new FakeDisk(disk.files);
}

const under = (disk: FakeDisk, folder: string) =>
	[...disk.files.keys()].filter((path) => path.startsWith(`data/${folder}/`));

/** Where the newest snapshot was taken. */
const seqOf = (disk: FakeDisk) =>
	Math.max(...under(disk, "snapshots").map((it) => Number(/\d+/.exec(it))));

/** The folder without some of its files. */
const without = (disk: FakeDisk, gone: (path: string) => boolean) =>
	new FakeDisk([...disk.files].filter(([path]) => !gone(path)));

/** A short log of another server. */
async function otherLog(): Promise<FakeDisk> {
	const disk = new FakeDisk();
	const log = openFileLog({
		...{ disk, folder: "data", clock: new FakeClock() },
		ids: () => "another-log-altogether",
	});
	const { engine } = await TestServer.open({ log });
	await engine.stop();
	return disk;
}

const isOfLog = (path: string) => path.startsWith("data/log/");

function lastSegmentGone(disk: FakeDisk): FakeDisk {
	const last = under(disk, "log").at(-1);
	return without(disk, (path) => path === last);
}

/** The disk as an interrupted copy leaves it: whole up to some byte. */
function cutCopy(disk: FakeDisk): FakeDisk {
	const segments = under(disk, "log");
	const half = segments[Math.floor(segments.length * 0.6)] ?? "";
	const left = without(disk, (path) => isOfLog(path) && path > half).files;
	const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
	return new FakeDisk(changed(left, half, cut));
}

const verify = (disk: FakeDisk) => plume(disk, ["replay", "data", "--verify"]);
const WHOLE =
	"Look for a newer copy; if there is none, start once with --accept-missing.";

test("a backup that was copied into place is refused until the start says so", async () => {
	const disk = await lived();
	await plume(disk, ["backup", "kept"]);
	const files = [...disk.files].flatMap(
		([path, bytes]): [string, typeof bytes][] =>
			path.startsWith("kept/") ? [[path.replace("kept", "data"), bytes]] : [],
	);
	const copy = new FakeDisk(files);
	await expect(start(copy, { refuseBackup: true })).rejects.toThrow(
		"data is a backup that was copied here. Start once with --restored",
	);
	const { testServer } = await start(copy);
	await testServer.engine.stop();
	// Now it has a history of its own.
	const again = await start(new FakeDisk(copy.files), { refuseBackup: true });
	await again.testServer.engine.stop();
});

test("a snapshot that a server removes meanwhile ends no backup", async () => {
	const disk = await lived();
	const snapshot = under(disk, "snapshots")[0] ?? "";
	disk.interrupt = async ({ kind, path }) => {
		if (kind === "read" && path === snapshot && disk.files.has(path))
			await disk.remove(path);
		return undefined;
	};
	expect((await plume(disk, ["backup", "kept"])).code).toBe(0);
	expect([...disk.files.keys()]).not.toContain(snapshot);
});

describe("a snapshot shows that the log was once longer", () => {
	test.each([
		["the last segment is gone", lastSegmentGone],
		["the copy was cut", cutCopy],
		["there is no log folder", (it: FakeDisk) => without(it, isOfLog)],
		[
			"the log folder is empty",
			(it: FakeDisk) =>
				new FakeDisk([
					...without(it, isOfLog).files,
					["data/log/notes", Buffer.of()],
				]),
		],
	])("when %s", async (_, damage) => {
		const disk = damage(await lived());
		const before = disk.files;
		const words = new RegExp(
			`The log ends at event \\d+, but a snapshot was taken after ${seqOf(disk)}: \\d+ events are missing\\..* Look for a newer copy; .* --accept-missing\\.`,
		);
		await expect(start(disk)).rejects.toThrow(words);
		expect(disk.files).toEqual(before);
		const verified = await verify(disk);
		expect(verified.code).toBe(3);
		expect(verified.lines.join("\n")).toMatch(words);

		const { testServer, log, warnings } = await start(disk, {
			acceptMissing: true,
		});
		expect(warnings.join()).toMatch(words);
		expect(warnings[0]).not.toContain("is damaged");
		await log.close();
		expect(testServer.fatal).toBeUndefined();
		const again = await start(disk);
		expect(again.warnings).toEqual([]);
		await again.log.close();
		expect((await verify(disk)).code).toBe(0);
	});

	test("and the index of a segment that grows again goes with it", async () => {
		const disk = lastSegmentGone(await lived());
		const last = basename(under(disk, "log").at(-1) ?? "", ".ndjson");
		const index = `data/index/${last}.json`;
		expect(under(disk, "index")).toContain(index);
		const { log } = await start(disk, { acceptMissing: true });
		await log.close();
		expect(under(disk, "index")).not.toContain(index);
	});

	test("until the log itself says so", async () => {
		const disk = cutCopy(await lived());
		const data = { disk, folder: "data", warn: () => {} };
		const log = openFileLog({
			...{ ...data, clock: new FakeClock() },
			...{ acceptMissing: true, ids: () => "" },
		});
		const snapshots = new Snapshots({ ...data, every: 40 });
		await recoverState(log, defaultLimits(), snapshots);
		// The server ends here, before it appended anything.
		await expect(start(new FakeDisk(disk.files))).rejects.toThrow(WHOLE);
		await log.removeEvidence();
		const again = await start(new FakeDisk(disk.files));
		await again.log.close();
	});

	test("whatever its format is", async () => {
		const disk = cutCopy(await lived());
		const [newest = ""] = under(disk, "snapshots").slice(-1);
		const old = Buffer.from('{"format":1,"state":{}}\n');
		const older = new FakeDisk(changed(disk.files, newest, () => old));
		await expect(start(older)).rejects.toThrow(WHOLE);
	});

	test("and that the torn last batch was committed", async () => {
		const disk = await lived();
		const segment = under(disk, "log").at(-1) ?? "";
		const files = changed(disk.files, segment, (bytes) =>
			bytes.subarray(0, -9),
		);
		for (const path of under(disk, "snapshots"))
			if (!path.includes(`${seqOf(disk)}`)) files.delete(path);
		const torn = new FakeDisk(files);
		await expect(start(torn)).rejects.toThrow(
			/1 event is missing.*its end is missing/,
		);
		expect(torn.files).toEqual(files);
		expect((await verify(torn)).code).toBe(3);
	});

	test("which is only warned of if it was taken with fsync off", async () => {
		const disk = cutCopy(await lived({ fsync: false }));
		const { log, warnings } = await start(disk);
		expect(warnings.join()).toContain(WHOLE);
		await log.close();
		const again = await start(disk);
		expect(again.warnings).toEqual([]);
		await again.log.close();
	});

	test("unless it is a snapshot of another log", async () => {
		const disk = await lived();
		const other = await otherLog();
		const rest = without(disk, isOfLog);
		const mixed = new FakeDisk([...rest.files, ...other.files]);
		const started = await start(without(mixed, (it) => it.includes("/index/")));
		await started.log.close();
	});
});

test("a snapshot that can't be used is gone after a start", async () => {
	const disk = await lived();
	const path = `data/snapshots/snapshot-${seqOf(disk)}.json`;
	const rotten = changed(disk.files, path, (bytes) => bytes.subarray(0, 500));
	const again = new FakeDisk(rotten);
	const { testServer } = await start(again);
	await testServer.settle();
	expect(again.files.has(path)).toBe(false);
	await testServer.engine.stop();
});

test("a log that is gone is missed where only known networks are left", async () => {
	const disk = new FakeDisk([["data/known.json", Buffer.from("{}")]]);
	await expect(start(disk)).rejects.toThrow(
		`data has known.json in it, but no log: all events are missing. ${WHOLE}`,
	);
	const { testServer, warnings } = await start(disk, { acceptMissing: true });
	expect(warnings.join()).toContain("but no log");
	await testServer.engine.stop();
	const again = await start(new FakeDisk(disk.files));
	expect(again.warnings).toEqual([]);
	await again.testServer.engine.stop();
});

test("a snapshot of another event than the log has there is refused, with the place", async () => {
	// Two equal histories with different messages.
	const one = await lived({}, true, "line");
	const other = await lived({}, true, "lime");
	const log = without(one, (path) => !isOfLog(path)).files;
	const snapshots = without(other, isOfLog).files;
	const mixed = new FakeDisk([...log, ...snapshots]);
	const words =
		/line \d+ .*event \d+ should be: a snapshot was taken of another event there \(if the last start had --accept-missing/;
	await expect(start(mixed)).rejects.toThrow(words);
	expect((await verify(mixed)).code).toBe(3);
});

test("a log whose end is gone, and that end deleted something, is not called damaged", async () => {
	const disk = new FakeDisk();
	const { testServer } = await start(disk);
	const ann = await testServer.enter("ann", "plume.2");
	for (let n = 1; n <= 90; n++) {
		ann.say(`line ${n}`, n);
		await testServer.settle();
	}
	const said = ann.received.find(({ text }) => text === "line 2");
	ann.erase({ room: "lobby", epoch: said?.epoch, target: said?.offset });
	await testServer.settle();
	await testServer.engine.stop();
	const left = lastSegmentGone(new FakeDisk(disk.files));
	const words =
		/a snapshot was taken after \d+: \d+ events are missing\. They deleted something that is gone here, so --accept-missing does not help\. .*plume cut/;
	for (const acceptMissing of [false, true])
		await expect(start(left, { acceptMissing })).rejects.toThrow(words);
	expect((await verify(left)).lines.join("\n")).toMatch(words);
	const cut = await plume(left, ["cut", "data", "new"]);
	expect(cut.lines.join("\n")).toContain("Erased again");
});

describe("the copy of an edge that goes further than the log", () => {
	/** The files of a log, as the copy of an edge beside another. */
	const withCopy = (disk: FakeDisk, copied = disk) => {
		const copies = [...copied.files]
			.filter(([path]) => isOfLog(path))
			.map(([path, bytes]): File => [path.replace("data", COPY), bytes]);
		return new FakeDisk([...disk.files, ...copies]);
	};
	const COPY = "data/edges/1";
	/** As after an edge was sent more than the disk still has. */
	async function shorter() {
		const disk = await lived();
		const other = /^data\/(snapshots|index)/;
		const left = lastSegmentGone(without(disk, (path) => other.test(path)));
		return { disk, left: withCopy(left, disk) };
	}
	const LONGER =
		/but the copy of an edge in data\/edges\/1 goes to \d+: \d+ events are missing\. First replace the folder log by data\/edges\/1\/log/;

	test("refuses a start", async () => {
		const { left } = await shorter();
		await expect(start(left)).rejects.toThrow(LONGER);
		expect((await verify(left)).lines.join("\n")).toMatch(LONGER);
	});

	test("is named also where a snapshot goes further still", async () => {
		const disk = await lived();
		const left = withCopy(lastSegmentGone(disk), disk);
		const copied = [...left.files].map(
			([path, bytes]): File => [
				path,
				path.startsWith(COPY) ? bytes.subarray(0, -1) : bytes,
			],
		);
		const words =
			/a snapshot was taken after .* First replace the folder log by data\/edges\/1\/log, which goes to event \d+\. .* a newer copy/;
		await expect(start(new FakeDisk(copied))).rejects.toThrow(words);
	});

	test("may replace it", async () => {
		const { left } = await shorter();
		const copied = [...left.files].filter(([path]) => path.startsWith(COPY));
		const moved = copied.map(
			([path, bytes]): File => [path.replace(COPY, "data"), bytes],
		);
		const { testServer } = await start(new FakeDisk([...left.files, ...moved]));
		await testServer.engine.stop();
	});

	test("is given up by a start that accepts what is missing", async () => {
		const { left } = await shorter();
		const { testServer, warnings } = await start(left, { acceptMissing: true });
		expect(warnings).toContainEqual(expect.stringMatching(LONGER));
		await testServer.engine.stop();
	});

	test("is only warned of where the log is not synced", async () => {
		const { left } = await shorter();
		const { testServer, warnings } = await start(left, { fsync: false });
		expect(warnings).toContainEqual(expect.stringMatching(LONGER));
		await testServer.engine.stop();
	});

	test("shows nothing if it is the copy of another log", async () => {
		const started = await start(withCopy(await otherLog(), await lived()));
		await started.log.close();
	});

	test("shows nothing if it can't be read", async () => {
		const { left } = await shorter();
		const files = [...left.files].map(
			([path, bytes]): File => [
				path,
				path.startsWith(COPY) ? Buffer.from("no line") : bytes,
			],
		);
		const { testServer } = await start(new FakeDisk(files));
		await testServer.engine.stop();
	});
});

describe("a segment that is missing in the middle", () => {
	async function holed() {
		const disk = await lived();
		const [, second = ""] = under(disk, "log");
		const index = second.replace("log", "index").replace("ndjson", "json");
		expect([...disk.files.keys()]).toContain(index);
		return { disk: without(disk, (path) => path === second), second };
	}

	test("is named at once, by its index", async () => {
		const { disk, second } = await holed();
		await expect(start(disk)).rejects.toThrow(
			`The segment ${basename(second)} is missing. Put it back, or restore a backup; if there is none, plume cut copies what comes before it.`,
		);
		expect((await verify(disk)).code).toBe(3);
	});

	test("can't be accepted, also where the newest snapshot is behind it", async () => {
		const { disk } = await holed();
		const before = disk.files;
		await expect(start(disk, { acceptMissing: true })).rejects.toThrow(
			"is damaged at line 1 (byte 0)",
		);
		expect(disk.files).toEqual(before);
	});
});

describe("what a start was spared", () => {
	/** A byte of the first segment has changed, which a start from a snapshot does not notice. */
	async function rotten() {
		const disk = await lived({}, true);
		const [path = ""] = under(disk, "log");
		const files = changed(disk.files, path, (bytes) => {
			bytes[700] = (bytes[700] ?? 0) ^ 1;
			return bytes;
		});
		return { disk: new FakeDisk(files), sound: disk, path };
	}

	async function scrubbed({
		testServer,
		clock,
		log,
	}: Awaited<ReturnType<typeof start>>) {
		for (let turn = 0; !testServer.fatal && log.unverified > 0; turn++) {
			if (turn > 5000) throw new Error("the scrub never ends");
			await testServer.settle();
			clock.advance(10);
		}
	}

	test("is told until it is verified", async () => {
		const { sound } = await rotten();
		const started = await start(sound);
		expect(started.log.unverified).toBe(seqOf(sound));
		await scrubbed(started);
		expect(started.log.unverified).toBe(0);
		await started.log.close();
	});

	test("is told by healthz", async () => {
		const { sound: disk } = await rotten();
		const clock = new FakeClock();
		const data = { disk, folder: "data", warn() {} };
		const secret = "a secret for tests";
		const PLUME_SOCKET = join(
			await mkdtemp(join(tmpdir(), "plume-")),
			"socket",
		);
		const secrets = new Secrets(secret, seededBytes("healthz"));
		const log = openFileLog({ ...data, clock, ids: () => secrets.id() });
		const service = await startService(
			{
				config: readConfig({ PLUME_PORT: "0", PLUME_SOCKET }, () => undefined),
				...{ log, secrets, mailer: new FakeMailer(), version: "test" },
				snapshots: new Snapshots({ ...data, every: 40 }),
				clockFrom: () => clock,
				accepts: {
					...{ clock: false, missing: false },
					...{ restored: false, secret: false },
				},
				report: { info() {}, warn() {} },
				onFatal: (error) => {
					throw error;
				},
			},
			"static",
		);
		const health = async () => (await fetch(`${service.url}/healthz`)).json();
		expect(await health()).toEqual({ ok: true, unverified: seqOf(disk) });
		while (log.unverified > 0) {
			clock.advance(10);
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(await health()).toEqual({ ok: true });
		await service.stop();
	});

	test("is read by the next start once it was found damaged", async () => {
		const { disk, sound, path } = await rotten();
		const first = await start(disk);
		await scrubbed(first);
		expect(first.testServer.fatal?.message).toContain(
			`${path} is damaged at line`,
		);
		await first.log.close();
		await expect(start(disk)).rejects.toThrow(`${path} is damaged at line`);
		expect((await verify(disk)).code).toBe(3);

		const mended = new FakeDisk(
			changed(disk.files, path, () => sound.files.get(path) ?? Buffer.of()),
		);
		const second = await start(mended);
		expect(second.log.unverified).toBe(0);
		await second.log.close();
		expect([...mended.files.keys()]).not.toContain("data/damaged");
	});
});
