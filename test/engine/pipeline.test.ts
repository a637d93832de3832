import { expect, test } from "vitest";
import { Server } from "../../src/chat/server.ts";
import { Pipeline } from "../../src/engine/pipeline.ts";
import { recoverState } from "../../src/engine/recovery.ts";
import { Snapshotter } from "../../src/engine/snapshotter.ts";
import { defaultLimits } from "../../src/limits.ts";
import { FakeClock } from "../fakes/clock.ts";
import { memoryLog } from "../fakes/memory-log.ts";

async function open() {
	const clock = new FakeClock();
	const log = memoryLog("log", clock);
	const limits = defaultLimits();
	const { state } = await recoverState(log, limits, undefined);
	const states = { ordered: state, committed: state };
	const failures: Error[] = [];
	const pipeline = new Pipeline({
		...{ log, states, server: new Server(limits) },
		snapshotter: new Snapshotter(
			{ log, states, snapshots: undefined },
			() => {},
		),
		hooks: {
			...{ onOrdered() {}, onCommitted() {}, onOverwriting: async () => true },
			onFrozen() {},
			onThawed() {},
		},
		report: { info() {}, warn() {} },
		onFatal: (error) => failures.push(error),
	});
	const event = { type: "server.started", node: "", version: "" } as const;
	return {
		...{ log, pipeline, failures },
		entry: { event: { ...event, time: clock.now() } },
	};
}

test("one command may append more events than a call has room for arguments", async () => {
	const { log, pipeline, failures, entry } = await open();
	pipeline.append(Array.from({ length: 200_000 }, () => entry));
	await pipeline.stop();
	expect([failures, log.committed]).toEqual([[], 200_000]);
});

test("an output that is added by another one takes its turn", async () => {
	const { pipeline, entry } = await open();
	const released: string[] = [];
	pipeline.append([entry]);
	pipeline.afterwards(() => {
		released.push("first");
		pipeline.afterwards(() => released.push("third"));
	});
	pipeline.afterwards(() => released.push("second"));
	await pipeline.stop();
	expect(released).toEqual(["first", "second", "third"]);
});
