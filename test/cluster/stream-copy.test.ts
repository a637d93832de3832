import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { MOST_MESSAGE_BYTES } from "../../src/cluster/stream.ts";
import {
	copyFromStream,
	copyIntoStream,
} from "../../src/cluster/stream-copy.ts";
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

test("of a log with a batch that is too large for a stream nothing is stored", async () => {
	const line = (seq: number, text = "") =>
		`{"level":30,"time":1,"seq":${seq},"batch":[${seq},${seq}],"text":"${text}"}\n`;
	const bytes = async function* () {
		yield Buffer.from(line(1) + line(2, "x".repeat(MOST_MESSAGE_BYTES)));
	};
	const stream = new SimulatedStream(systemClock(), seeded(1));
	const copied = copyIntoStream([{ file: "log", bytes }], stream, () => {});
	await expect(copied).rejects.toThrow("NATS takes 8388608 as one message");
	expect(stream.messages).toEqual([]);
});
