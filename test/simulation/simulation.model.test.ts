/**
 * Properties 1, 4, 6, 7, 10, 11 and 12 on the real server code: random people
 * on a disk that tears, fills and fails. A failure prints its seed and path,
 * and shrinks to a story one can read.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Model, type Step, steps } from "./commands.ts";
import { World } from "./world.ts";

const RUNS = Number(process.env.PLUME_HISTORIES ?? 300);

test(`${RUNS} histories: nothing seen is ever lost, the log folds to the live state`, async () => {
	const worlds: World[] = [];
	let commands = 0;
	let checkpoints = 0;
	const history = fc.commands<Model, World, false>(steps as never, {
		maxCommands: 320,
		size: "max",
	}) as unknown as fc.Arbitrary<Iterable<Step>>;
	await fc.assert(
		fc.asyncProperty(history, async (story) => {
			const world = new World();
			const model: Model = { steps: 0 };
			await world.start();
			await fc.asyncModelRun(() => ({ model, real: world }), story);
			world.disk.interrupt = () => undefined;
			if (world.isDead) await world.crash(1);
			await world.crash(0);
			world.check();
			checkpoints += await world.checkCheckpoints();
			commands += model.steps;
			worlds.push(world);
		}),
		{
			numRuns: RUNS,
			// The same histories each time, so that a red run is about the change, and
			// it need not end in the shortest story; a soak takes new ones, and its time.
			...(process.env.PLUME_HISTORIES ? {} : { seed: 1, endOnFailure: true }),
		},
	);
	const logged: Record<string, number> = {};
	for (const { ordered } of worlds)
		for (const { event } of ordered)
			logged[event.type] = (logged[event.type] ?? 0) + 1;
	const faults: Record<string, number> = {};
	for (const world of worlds)
		for (const [name, count] of Object.entries(world.faults))
			faults[name] = (faults[name] ?? 0) + count;
	const crashed = worlds.filter(({ crashes }) => crashes > 1).length;
	console.info(
		`${worlds.length} histories, ${Math.round(commands / worlds.length)} commands on average, ${crashed} with a crash`,
		faults,
		logged,
	);
	const pagings = worlds.reduce((sum, world) => sum + world.pagings, 0);
	expect(pagings).toBeGreaterThan(worlds.length / 2);
	expect(checkpoints).toBeGreaterThan(worlds.length / 2);
	expect(crashed / worlds.length).toBeGreaterThan(0.3);
}, 600_000);
