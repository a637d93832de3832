/**
 * A viewer of a live server and a viewer of its log in replay see the same
 * frames: over random people, and a disk that tears, fills and fails. Nothing
 * is seen before it is durable.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Moment } from "../../machines/frame.ts";
import { fold } from "../../src/engine/fold.ts";
import { State } from "../../src/engine/state.ts";
import { Inspector } from "../../src/inspector/inspector.ts";
import type { Stored } from "../../src/log/log.ts";
import { steps } from "../simulation/commands.ts";
import type { Model, Step } from "../simulation/step.ts";
import { World } from "../simulation/world.ts";

const RUNS = 60;

class WatchedWorld extends World {
	readonly seen: Moment[][] = [];
	#watching: { moments: Moment[]; leave: () => void }[] = [];

	/** Adds a viewer. */
	watch(): void {
		const moments: Moment[] = [];
		this.seen.push(moments);
		const leave = this.plume.inspector.watch((moment) => {
			expect(moment.seq).toBeLessThanOrEqual(this.committed);
			moments.push(moment);
		});
		this.#watching.push({ moments, leave });
	}

	unwatch(): void {
		this.#watching.shift()?.leave();
	}

	/** Viewers who are still there have seen all that is durable. */
	checkWatching(): void {
		for (const { moments } of this.#watching)
			expect(moments.at(-1)?.seq ?? this.committed).toBe(this.committed);
	}

	override async start(): Promise<void> {
		await super.start();
		this.#watching = [];
		this.watch();
	}
}

/** What a viewer sees of a replayed log after event `seq`. */
async function replayed(ordered: readonly Stored[], seq: number) {
	const start = State.initial({ id: "any" });
	const { state } = await fold(start, some(ordered.slice(0, seq)));
	const moments: Moment[] = [];
	const inspector = new Inspector({ committed: state }, seq);
	inspector.watch((moment) => moments.push(moment));
	await fold(state, some(ordered.slice(seq)), (step) =>
		inspector.onCommitted(step),
	);
	return moments;
}

async function* some(stored: readonly Stored[]) {
	yield stored;
}

/** Sorts a viewer's first moment: its order is not promised, and differs after a snapshot. */
function inOrder([first, ...rest]: readonly Moment[]): unknown {
	const frames = first?.frames.map((frame) => JSON.stringify(frame)).sort();
	return [{ ...first, frames }, ...rest];
}

function command(story: string, run: (world: WatchedWorld) => void): Step {
	return {
		check: () => true,
		async run(_model, world) {
			if (world instanceof WatchedWorld && !world.isDead) run(world);
		},
		toString: () => story,
	};
}

const viewers = [
	fc.constant(command("a viewer comes", (world) => world.watch())),
	fc.constant(command("a viewer leaves", (world) => world.unwatch())),
];

test(`the frames of ${RUNS} live runs are those of the replay of their logs`, async () => {
	let compared = 0;
	const history = fc.commands<Model, World, false>(
		[...steps, ...viewers, ...viewers] as never,
		{ maxCommands: 200, size: "max" },
	) as unknown as fc.Arbitrary<Iterable<Step>>;
	await fc.assert(
		fc.asyncProperty(history, async (story) => {
			const world = new WatchedWorld();
			await world.start();
			await fc.asyncModelRun(
				() => ({ model: { steps: 0 }, real: world }),
				story,
			);
			await world.settle();
			// An erasure is shown once the disk lets it be carried out.
			if (!world.isDead && !world.isHeld) world.checkWatching();
			for (const live of world.seen) {
				const [first] = live;
				if (!first) continue;
				const log = world.ordered.slice(0, first.seq + live.length - 1);
				const replay = await replayed(log, first.seq);
				expect(inOrder(live)).toEqual(inOrder(replay));
				compared += live.length;
			}
		}),
		{ numRuns: RUNS, seed: 1 },
	);
	expect(compared).toBeGreaterThan(RUNS * 20);
}, 300_000);
