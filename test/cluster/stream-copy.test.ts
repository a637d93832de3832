import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { copyFromStream } from "../../src/cluster/stream-copy.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { said } from "../log/entries.ts";
import { logOf, openOn } from "../log/folder.ts";
import { SimulatedStream } from "./simulated-stream.ts";

test("a stream that is copied to a full disk waits for room, and says so", async () => {
	const { files } = await logOf([[said("hi")]]);
	const [bytes = Buffer.of()] = [...files.values()];
	const clock = new FakeClock();
	const stream = new SimulatedStream(clock, seeded(1));
	const about = { seq: 1, term: 1, node: "migrate", kind: "batch" } as const;
	stream.messages.push({ ...about, bytes });
	const disk = new FakeDisk();
	const log = await openOn(disk, { clock });
	disk.interrupt = ({ kind }) =>
		kind === "write" ? { code: "ENOSPC" } : undefined;
	const lines: string[] = [];
	let isDone = false;
	const done = copyFromStream(stream, log, clock, (line) => {
		lines.push(line);
		disk.interrupt = () => undefined;
	}).finally(() => {
		isDone = true;
	});
	for (let turn = 0; turn < 1000 && !isDone; turn++) {
		clock.advance(10);
		await setImmediate();
	}
	expect(lines).toEqual([
		expect.stringMatching(
			/^The disk takes no writes \(.+\): waiting for room\.$/,
		),
	]);
	await done;
	expect([...disk.files.values()]).toEqual([bytes]);
});
