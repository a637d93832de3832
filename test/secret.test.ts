/** A log names the secret that it was written with, so that no other is taken for it. */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Secrets } from "../src/engine/secrets.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { readSecret } from "../src/secret-file.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { seededBytes, TestServer } from "./test-server.ts";

const ID = "abcdefghijklmnopqrstuv";
const RIGHT = "the right secret, long enough";
const WRONG = "another secret, long enough";

const fingerprintOf = (secret: string) =>
	new Secrets(secret, seededBytes("")).fingerprint(ID);

interface Start {
	readonly secret?: string;
	readonly accept?: boolean;
	/** As a version did that knew of no fingerprint. */
	readonly old?: boolean;
	readonly segmentBytes?: number;
}

let starts = 0;

function start(
	disk: FakeDisk,
	{ secret = RIGHT, accept = false, old = false, segmentBytes = 1e6 }: Start,
): Promise<TestServer> {
	const clock = new FakeClock();
	const storage = { disk, folder: "data", clock, segmentBytes };
	const log = openFileLog({ ...storage, ids: () => ID });
	if (old) log.nameSecret = () => {};
	const accepts = {
		clock: false,
		missing: false,
		restored: false,
		secret: accept,
	};
	const seed = `start ${starts++}`;
	return TestServer.open({ log, clock, secret, accepts, seed });
}

/** A folder in which ann has her name. */
async function lived(options: Start): Promise<FakeDisk> {
	const disk = new FakeDisk();
	const plume = await start(disk, options);
	await plume.enter("ann");
	await plume.engine.stop();
	return disk;
}

/** What each segment's header names. */
const named = ({ files }: FakeDisk) =>
	[...files]
		.filter(([path]) => path.startsWith("data/log/"))
		.map(([, bytes]) => JSON.parse(`${bytes}`.split("\n", 1)[0] ?? "").secret);

describe("the fingerprint", () => {
	test("is in a new log from its first header on", async () => {
		expect(named(await lived({}))).toEqual([fingerprintOf(RIGHT)]);
		expect(fingerprintOf(RIGHT)).toHaveLength(8);
	});

	test("keeps out a start with another secret, which changes nothing", async () => {
		const disk = await lived({});
		const before = disk.files;
		await expect(start(disk, { secret: WRONG })).rejects.toMatchObject({
			name: "ConfigError",
			message: expect.stringMatching(
				`data/secret is another secret \\(${fingerprintOf(WRONG)}\\) than .*\\(${fingerprintOf(RIGHT)}\\)`,
			),
		});
		expect(disk.files).toEqual(before);
	});

	test("is that of another secret at once if that was accepted", async () => {
		const disk = await lived({});
		const plume = await start(disk, { secret: WRONG, accept: true });
		await plume.engine.stop();
		expect(named(disk)).toEqual([RIGHT, WRONG].map(fingerprintOf));
		const again = await start(disk, { secret: WRONG });
		await again.engine.stop();
		await expect(start(disk, { secret: RIGHT })).rejects.toThrow("secret");
	});
});

describe("a log from before there were fingerprints", () => {
	const next = { segmentBytes: 100 };

	test("gets none while nobody showed that the secret is the right one", async () => {
		const disk = await lived({ old: true });
		const plume = await start(disk, { ...next, secret: WRONG });
		await plume.enter("bob");
		await plume.enter("bob");
		await plume.engine.stop();
		expect(new Set(named(disk))).toEqual(new Set([undefined]));
	});

	test("gets it with the segment after a hello from someone it knows", async () => {
		const disk = await lived({ old: true });
		const plume = await start(disk, next);
		await plume.enter("ann");
		await plume.engine.stop();
		expect(named(disk)[0]).toBeUndefined();
		expect(named(disk).at(-1)).toBe(fingerprintOf(RIGHT));
		await expect(start(disk, { secret: WRONG })).rejects.toThrow("secret");
	});

	test("gets it with the next segment if the secret was accepted", async () => {
		const disk = await lived({ old: true });
		const plume = await start(disk, { ...next, accept: true });
		await plume.engine.stop();
		expect(named(disk).at(-1)).toBe(fingerprintOf(RIGHT));
	});
});

test("none is made where a restore was broken off", async () => {
	const data = await mkdtemp(join(tmpdir(), "plume-"));
	const first = (secret?: string) => readSecret({ secret, data }, () => {});
	await mkdir(join(data, "restoring", "log"), { recursive: true });
	for (const given of [undefined, RIGHT])
		await expect(first(given)).rejects.toThrow(
			`A plume restore or plume cut into ${data} is at work, or was broken off.`,
		);
	expect(await readdir(data)).toEqual(["restoring"]);
	await rm(join(data, "restoring", "log"), { recursive: true });
	expect(await first()).toHaveLength(43);
});

test("one that a restore did not move any more is moved by hand", async () => {
	const data = await mkdtemp(join(tmpdir(), "plume-"));
	await mkdir(join(data, "log", "segment"), { recursive: true });
	await mkdir(join(data, "restoring", "secret"), { recursive: true });
	await expect(
		readSecret({ secret: undefined, data }, () => {}),
	).rejects.toThrow(`so type mv ${data}/restoring/secret ${data}/secret.`);
});
