/**
 * Any moment of a log, looked up: it is what one comes to who folds the log up
 * to there, and what one comes to who steps there from the beginning; over
 * random people, and a disk that tears, fills and fails.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Moment } from "../../machines/frame.ts";
import { botClaim } from "../../src/chat/bot.ts";
import { fold } from "../../src/engine/fold.ts";
import { State } from "../../src/engine/state.ts";
import { Tap } from "../../src/inspect/tap.ts";
import type { Stored } from "../../src/log/log.ts";
import { Take } from "../../src/travel/footage.ts";
import { type Actor, apply } from "../../static/inspect/footage.ts";
import { castOf } from "../../static/inspect/reel.ts";
import { steps } from "../simulation/commands.ts";
import type { Model, Step } from "../simulation/step.ts";
import { World } from "../simulation/world.ts";

const RUNS = 30;
const LOOKS = 8;
const log = { id: "any" };

async function* some(stored: readonly Stored[]) {
	yield stored;
}

/** How all stands after these events, by the fold alone. */
async function foldedTo(ordered: readonly Stored[]) {
	const state = new State(log, botClaim);
	await fold(state, some(ordered));
	const cast = new Map<string, Actor>();
	const seq = ordered.length;
	const commits = { onceCommitted: (show: (at: number) => void) => show(seq) };
	new Tap(state, commits).watch((moment) => apply(cast, moment));
	const stays = new Set<string>();
	for (const room of state.roomNames)
		for (const { name } of state.room(room)?.context.members.values() ?? [])
			stays.add(`${room} ${name}`);
	const names = [...state.server.context.names.values()]
		.filter(({ identity }) => identity !== botClaim.identity)
		.map(({ name }) => name);
	return { state, cast, stays: [...stays].sort(), names: names.sort() };
}

const standing = (cast: ReadonlyMap<string, Actor>) =>
	Array.from(cast.values(), ({ id, machine, state }) => ({
		...{ id, machine, state },
	})).sort((one, other) => (one.id < other.id ? -1 : 1));

/** With what moved each last, too. */
const inMotion = (cast: ReadonlyMap<string, Actor>) =>
	Array.from(cast.values(), ({ id, state, moved, trail }) => ({
		...{ id, state, moved, fired: trail[0] },
	}));

/** Whoever is in `then` and was not in `now`. */
const without = (then: readonly string[], now: readonly string[]) =>
	then.filter((each) => !now.includes(each));

async function lookAt(ordered: readonly Stored[], at: number, other: number) {
	const whole = new Take(log, { between: 20 });
	await whole.read(some(ordered));
	const { recording, register } = whole;
	const here = await foldedTo(ordered.slice(0, at));
	const there = await foldedTo(ordered.slice(0, other));
	const sought = castOf(recording.stretch(at, at));
	expect(standing(sought)).toEqual(standing(here.cast));

	const { moments, ...beginning } = recording.stretch(0, at);
	const stepped = castOf({ ...beginning, moments });
	for (const moment of moments) apply(stepped, moment);
	expect(inMotion(sought)).toEqual(inMotion(stepped));

	const { came, left, names } = register.compare(at, other);
	const asText = (stays: typeof came) =>
		stays.map(({ room, name }) => `${room} ${name}`).sort();
	expect(asText(came)).toEqual(without(there.stays, here.stays));
	expect(asText(left)).toEqual(without(here.stays, there.stays));
	const gone = names.flatMap(({ before }) => before ?? []);
	const now = names.flatMap(({ after }) => after ?? []);
	expect(without(gone, now).sort()).toEqual(without(here.names, there.names));
	expect(without(now, gone).sort()).toEqual(without(there.names, here.names));

	// From a state in the middle, as from a snapshot, it goes on the same way.
	const tail = new Take(log, { seq: at, saved: here.state.freeze() });
	await tail.read(some(ordered.slice(at)));
	const { length } = ordered;
	expect(standing(castOf(tail.recording.stretch(length, length)))).toEqual(
		standing(castOf(recording.stretch(length, length))),
	);
	expect(tail.recording.stretch(at, length).moments).toEqual(
		recording.stretch(at, length).moments,
	);
	return moments;
}

test(`${RUNS} histories, ${LOOKS} moments of each`, async () => {
	let looks = 0;
	const seen: Moment[] = [];
	const history = fc.commands<Model, World, false>(steps as never, {
		...{ maxCommands: 200, size: "max" },
	}) as unknown as fc.Arbitrary<Iterable<Step>>;
	const places = fc.array(fc.tuple(fc.nat(), fc.nat()), {
		...{ minLength: LOOKS, maxLength: LOOKS },
	});
	await fc.assert(
		fc.asyncProperty(history, places, async (story, looked) => {
			const world = new World();
			await world.start();
			await fc.asyncModelRun(
				() => ({ model: { steps: 0 }, real: world }),
				story,
			);
			await world.settle();
			const { ordered } = world;
			for (const [one, other] of looked) {
				const most = ordered.length + 1;
				seen.push(...(await lookAt(ordered, one % most, other % most)));
				looks++;
			}
		}),
		{ numRuns: RUNS, seed: 1 },
	);
	expect(looks).toBe(RUNS * LOOKS);
	expect(seen.length).toBeGreaterThan(looks * 10);
}, 300_000);
