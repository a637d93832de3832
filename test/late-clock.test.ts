/** A clock behind the log is waited for, because new events would be dated by it. */
import { describe, expect, test, vi } from "vitest";
import { Seal } from "../src/cluster/seal.ts";
import { Sequencer } from "../src/cluster/sequencer.ts";
import { Secrets } from "../src/engine/secrets.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { Snapshots } from "../src/log/snapshots.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { seededBytes, TestServer } from "./test-server.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 1);

/** A start on a disk, at a time, and what it says while it waits. */
function start(disk: FakeDisk, now: number, accept = false) {
	const clock = new FakeClock(now);
	const options = { disk, folder: "data", warn() {} };
	const ids = () => "abcdefghijklmnopqrstuv";
	const waiting: string[] = [];
	const lines: string[] = [];
	const opening = TestServer.open({
		clock,
		log: openFileLog({ ...options, clock, ids }),
		// One event more than at the last is worth a snapshot, so that a stop leaves nothing to read.
		snapshots: new Snapshots({ ...options, every: 2 }),
		accepts: { clock: accept, missing: false, restored: false, secret: false },
		onWaiting: (why) => waiting.push(why),
		report: { info() {}, warn: (_, message) => lines.push(message) },
	});
	return { clock, opening, waiting, lines };
}

/** A folder that was last written to at a time, and stopped cleanly. */
async function lived(now: number): Promise<FakeDisk> {
	const disk = new FakeDisk();
	const plume = await start(disk, now).opening;
	await plume.engine.stop();
	return new FakeDisk(disk.files);
}

const turns = async () => {
	for (let i = 0; i < 50; i++) await new Promise((done) => setImmediate(done));
};

async function pass(clock: FakeClock, ms: number) {
	for (let passed = 0; passed < ms; passed += 1000) {
		clock.advance(1000);
		await new Promise((done) => setImmediate(done));
	}
}

describe.each([
	["after a clean stop", (disk: FakeDisk) => disk],
	[
		"when the whole log is read",
		({ files }: FakeDisk) =>
			new FakeDisk([...files].filter(([path]) => !path.includes("snapshots"))),
	],
])("a clock that is behind %s", (_, prepare) => {
	test("is waited for, with a line each minute", async () => {
		const disk = prepare(await lived(NOW + 8 * MINUTE));
		const { clock, opening, waiting, lines } = start(disk, NOW);
		await turns();
		expect(waiting).toEqual([
			"The log ends at 2026-01-01T00:08:00.000Z, but this machine's clock says 2026-01-01T00:00:00.000Z. Set the clock right, or start with --accept-clock.",
		]);
		await pass(clock, 3 * MINUTE);
		const plume = await opening;
		expect(lines).toHaveLength(3);
		expect(plume.state.time).toBe(NOW + 8 * MINUTE);
		expect(plume.clock.now()).toBe(NOW + 3 * MINUTE);
	});

	test("ends the start after 15 minutes, as no fault of the settings", async () => {
		const disk = prepare(await lived(NOW + 24 * HOUR));
		const { clock, opening, lines } = start(disk, NOW);
		const refused = opening.catch((error: Error) => error);
		await turns();
		await pass(clock, 15 * MINUTE);
		expect(await refused).toMatchObject({
			name: "Error",
			message: expect.stringContaining("Set the clock right"),
		});
		expect(lines).toHaveLength(15);
	});

	test("is gone on with at once if that was said", async () => {
		const disk = prepare(await lived(NOW + 24 * HOUR));
		const { opening, waiting } = start(disk, NOW, true);
		await opening;
		expect(waiting).toEqual([]);
	});
});

test("a start that the other nodes refuse does not say later that it waits", async () => {
	const clock = new FakeClock();
	const report = {
		info() {},
		warn: vi.fn<(fields: object, words: string) => void>(),
	};
	const secrets = new Secrets("a secret for tests", seededBytes("node"));
	const node = new Sequencer({
		...{ seal: new Seal(secrets), clock, report },
		about: { node: "node", label: "node", settings: "", version: "test" },
	});
	vi.spyOn(node, "start").mockRejectedValue(new Error("no quorum"));
	const opening = TestServer.open({ cluster: node, clock, report });
	await expect(opening).rejects.toThrow("no quorum");
	clock.advance(6000);
	expect(report.warn).not.toHaveBeenCalled();
});
