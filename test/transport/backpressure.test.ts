/** Nothing more is read while too much is uncommitted, and everyone is read again, in turn. */
import { expect, test } from "vitest";
import { backpressure } from "../../src/transport/backpressure.ts";
import { FakeClock } from "../fakes/clock.ts";
import { TestServer } from "../test-server.ts";

const FAR_BEHIND = 6000;
const LONGEST_MS = 250;

/** Three sockets that write down when they are paused and resumed, and an engine that one can set. */
function three() {
	const done: string[] = [];
	const sources = ["ann", "bob", "eve"].map((name) => ({
		pause: () => done.push(`${name} waits`),
		resume: () => done.push(`${name} goes on`),
	}));
	const tasks: ((seq: number) => void)[] = [];
	const engine = {
		isBehind: false,
		pipeline: {
			afterwards: (task: (seq: number) => void) => tasks.push(task),
		},
	};
	const clock = new FakeClock();
	const onRead = backpressure({
		...{ engine, clock },
		sources: () => sources,
	});
	const read = (index: number) => {
		const source = sources[index];
		if (source) onRead(source);
	};
	const commit = () => {
		for (const task of tasks.splice(0)) task(0);
	};
	return { done, engine, clock, read, commit };
}

test("reads on while commits keep up", () => {
	const { done, read, commit } = three();
	read(0);
	commit();
	expect(done).toEqual([]);
});

test("reads from nobody while too much is uncommitted, and then first from those who had no turn", () => {
	const { done, engine, clock, read, commit } = three();
	engine.isBehind = true;
	read(0);
	expect(done.splice(0).sort()).toEqual([
		"ann waits",
		"bob waits",
		"eve waits",
	]);
	read(0); // what was read together with the first
	expect(done).toEqual([]);
	commit();
	expect(done.splice(0)).toEqual(["bob goes on", "eve goes on", "ann goes on"]);
	expect(clock.timersSet).toBe(0);
	read(2);
	expect(done).toHaveLength(3);
});

test("reads on after a while even if nothing is committed, and does not pause again before something is", () => {
	const { done, engine, clock, read, commit } = three();
	engine.isBehind = true;
	read(2);
	clock.advance(LONGEST_MS - 1);
	expect(done.splice(0)).toHaveLength(3);
	clock.advance(1);
	expect(done.splice(0)).toEqual(["ann goes on", "bob goes on", "eve goes on"]);
	read(1);
	commit();
	expect(done).toEqual([]);
	read(1);
	expect(done).toHaveLength(3);
});

test("an engine is behind while thousands of events are ordered and not committed", async () => {
	const plume = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	const ann = await plume.enter("ann");
	expect(plume.engine.isBehind).toBe(false);
	for (let i = 0; i < FAR_BEHIND; i++) ann.say(`line ${i}`);
	expect(plume.engine.isBehind).toBe(true);
	await plume.settle();
	expect(plume.engine.isBehind).toBe(false);
	expect(ann.lines.at(-1)).toBe(`ann: line ${FAR_BEHIND - 1}`);
});

test("reads from nobody again, though what was waited for is never committed", () => {
	const { done, engine, read } = three();
	engine.isBehind = true;
	read(0);
	// Another node decides now.
	engine.isBehind = false;
	read(0);
	engine.isBehind = true;
	done.length = 0;
	read(0);
	expect(done).toContain("ann waits");
});
