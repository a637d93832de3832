/**
 * Properties 1, 2, 4 and 6 to 14 on the real server code: random people on a
 * disk that tears, fills and fails. A failure prints its seed and path, and
 * shrinks to a story one can read.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeSearchStore } from "../fakes/search-store.ts";
import { steps } from "./commands.ts";
import type { Model, Step } from "./step.ts";
import { World } from "./world.ts";

const RUNS = Number(
	process.env.TEST_HISTORIES ?? process.env.PLUME_HISTORIES ?? 300,
);
/** Each in one of twenty histories, and mostly far oftener: else nothing is shown of it. */
const OFTEN = [
	"read back to the first line",
	"took a copy along",
	"gap",
	"a piece of what was missed",
	"a piece of what was missed, from the archive",
	"crash in a start",
	"crash while text was overwritten",
	"deleted by age",
	"shown something of a private room",
	"told of a private room in rooms",
	"shown a message that was edited",
	"shown a reaction with its message",
	"asked what was said where they may not be",
	"closed with 4001",
	"closed with 4002",
	"closed with 4004",
];
/** Ten histories take about a second and a half. */
const LONGEST_MS = 150_000 + RUNS * 1000;

test(
	`${RUNS} histories: nothing seen is ever lost, the log folds to the live state`,
	async () => {
		const faults: Record<string, number> = {};
		const logged: Record<string, number> = {};
		const counts: Record<string, number> = {};
		let [histories, crashed, commands, checkpoints] = [0, 0, 0, 0];
		const history = fc.commands<Model, World, false>(steps as never, {
			maxCommands: 225,
			size: "max",
		}) as unknown as fc.Arbitrary<Iterable<Step>>;
		await fc.assert(
			fc.asyncProperty(history, async (story) => {
				const world = new World(4, () => new FakeSearchStore());
				const model: Model = { steps: 0 };
				await world.start();
				await fc.asyncModelRun(() => ({ model, real: world }), story);
				world.interrupt(() => undefined);
				if (world.isDead) await world.crash(1);
				await world.crash(0);
				world.check();
				await world.expire();
				world.check();
				await world.checkLog();
				checkpoints += world.checkCheckpoints();
				// Counted and let go of: a soak has thousands of worlds.
				histories++;
				commands += model.steps;
				if (world.crashes > 1) crashed++;
				for (const { event } of world.ordered) add(logged, event.type, 1);
				for (const [name, count] of Object.entries(world.faults))
					add(faults, name, count);
				for (const [name, count] of Object.entries(world.counts))
					add(counts, name, count);
			}),
			{
				numRuns: RUNS,
				// The same histories each time, so that a red run is about the change, and
				// it need not end in the shortest story; a soak takes new ones, and its time.
				...((process.env.TEST_HISTORIES ?? process.env.PLUME_HISTORIES)
					? {}
					: { seed: 1, endOnFailure: true }),
			},
		);
		console.info(
			`${histories} histories, ${Math.round(commands / histories)} commands on average, ${crashed} with a crash`,
			faults,
			logged,
			counts,
		);
		// A few histories say nothing about averages.
		if (histories < 200) return;
		expect(commands / histories).toBeGreaterThan(100);
		for (const often of OFTEN)
			expect([often, (counts[often] ?? 0) > histories / 20]).toEqual([
				often,
				true,
			]);
		expect(checkpoints).toBeGreaterThan(histories / 2);
		expect(crashed / histories).toBeGreaterThan(0.3);
	},
	LONGEST_MS,
);

function add(counts: Record<string, number>, name: string, count: number) {
	counts[name] = (counts[name] ?? 0) + count;
}
