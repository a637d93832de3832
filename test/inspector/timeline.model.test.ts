/**
 * A seek to any moment of a log gives what folding the log up to there gives,
 * and what stepping there from the beginning gives: over random people, and a
 * disk that tears, fills and fails.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Moment } from "../../machines/frame.ts";
import { botClaim } from "../../src/chat/bot.ts";
import { canonicalPieces } from "../../src/engine/canonical.ts";
import { fold } from "../../src/engine/fold.ts";
import { deserialize } from "../../src/engine/saved-state.ts";
import { State } from "../../src/engine/state.ts";
import { Inspector } from "../../src/inspector/inspector.ts";
import { type Piece, Timeline } from "../../src/inspector/timeline.ts";
import type { LogPosition, Stored } from "../../src/log/log.ts";
import { actorsOf } from "../../static/inspect/log-timeline.ts";
import { type Actor, apply } from "../../static/inspect/timeline.ts";
import { steps } from "../simulation/commands.ts";
import type { Model, Step } from "../simulation/step.ts";
import { World } from "../simulation/world.ts";

const RUNS = 30;
const VIEWED = 8;
const log = { id: "any" };

async function* some(stored: readonly Stored[]) {
	yield stored;
}

const positionAt = (seq: number): LogPosition => ({
	...{ log: log.id, seq, hash: "", offset: 0 },
});

/** Reads the log entry by entry, from after any seq. */
const reading = (ordered: readonly Stored[]) =>
	async function* (after?: LogPosition): AsyncGenerator<Piece> {
		for (const entry of ordered.slice(after?.seq))
			yield { entries: [entry], end: positionAt(entry.seq) };
	};

/** The state after these events, by the fold alone. */
async function foldedTo(ordered: readonly Stored[]) {
	const { state } = await fold(State.initial(log), some(ordered));
	const actors = new Map<string, Actor>();
	const inspector = new Inspector({ committed: state }, ordered.length);
	inspector.watch((moment) => apply(actors, moment));
	const stays = new Set<string>();
	for (const room of state.rooms.keys())
		for (const { name } of state.room(room)?.context.members.values() ?? [])
			stays.add(`${room} ${name}`);
	const names = [...state.server.context.names.values()]
		.filter(({ identity }) => identity !== botClaim.identity)
		.map(({ name }) => name);
	return { state, actors, stays: [...stays].sort(), names: names.sort() };
}

const byId = (one: { id: string }, other: { id: string }) =>
	one.id < other.id ? -1 : 1;

const actorStates = (actors: ReadonlyMap<string, Actor>) =>
	Array.from(actors.values(), ({ id, machine, state }) => ({
		...{ id, machine, state },
	})).sort(byId);

/** Also with what moved each actor last. */
const inMotion = (actors: ReadonlyMap<string, Actor>) =>
	Array.from(actors.values(), ({ id, state, moved, trail }) => ({
		...{ id, state, moved, fired: trail[0] },
	})).sort(byId);

/** What may be shown: rooms that are not public are left out. */
const shown = (stays: readonly string[]) =>
	stays.filter((stay) => !stay.startsWith("~"));

/** The entries of `then` that are not in `now`. */
const without = (then: readonly string[], now: readonly string[]) =>
	then.filter((each) => !now.includes(each));

async function lookAt(ordered: readonly Stored[], at: number, other: number) {
	const read = reading(ordered);
	const state = State.initial(log);
	const whole = new Timeline({ read, state, interval: 20 });
	await whole.load(read());
	const here = await foldedTo(ordered.slice(0, at));
	const there = await foldedTo(ordered.slice(0, other));
	const sought = actorsOf(await whole.stretch(at, at));
	expect(actorStates(sought)).toEqual(actorStates(here.actors));

	const { moments, ...beginning } = await whole.stretch(0, at);
	const stepped = actorsOf({ ...beginning, moments });
	for (const moment of moments) apply(stepped, moment);
	expect(inMotion(sought)).toEqual(inMotion(stepped));

	const { came, left, names } = await whole.compare(at, other);
	const asText = (stays: typeof came) =>
		stays.map(({ room, name }) => `${room} ${name}`).sort();
	expect(asText(came)).toEqual(shown(without(there.stays, here.stays)));
	expect(asText(left)).toEqual(shown(without(here.stays, there.stays)));
	const gone = names.flatMap(({ before }) => before ?? []);
	const now = names.flatMap(({ after }) => after ?? []);
	expect(without(gone, now).sort()).toEqual(without(here.names, there.names));
	expect(without(now, gone).sort()).toEqual(without(there.names, here.names));

	// From a state in the middle, as from a snapshot, it goes on the same way.
	const saved = here.state.serialize();
	const text = [...canonicalPieces(saved, 1)].join("");
	const middle = { state: deserialize(text, log), end: positionAt(at) };
	const tail = new Timeline({ read, ...middle });
	await tail.load(read(middle.end));
	const { length } = ordered;
	expect(actorStates(actorsOf(await tail.stretch(length, length)))).toEqual(
		actorStates(actorsOf(await whole.stretch(length, length))),
	);
	expect((await tail.stretch(at, length)).moments).toEqual(
		(await whole.stretch(at, length)).moments,
	);
	return moments;
}

test(`${RUNS} histories, ${VIEWED} moments of each`, async () => {
	let looks = 0;
	const seen: Moment[] = [];
	const history = fc.commands<Model, World, false>(steps as never, {
		...{ maxCommands: 200, size: "max" },
	}) as unknown as fc.Arbitrary<Iterable<Step>>;
	const moments = fc.array(fc.tuple(fc.nat(), fc.nat()), {
		...{ minLength: VIEWED, maxLength: VIEWED },
	});
	await fc.assert(
		fc.asyncProperty(history, moments, async (story, pairs) => {
			const world = new World();
			await world.start();
			await fc.asyncModelRun(
				() => ({ model: { steps: 0 }, real: world }),
				story,
			);
			await world.settle();
			const { ordered } = world;
			for (const [one, other] of pairs) {
				const most = ordered.length + 1;
				seen.push(...(await lookAt(ordered, one % most, other % most)));
				looks++;
			}
		}),
		{ numRuns: RUNS, seed: 1 },
	);
	expect(looks).toBe(RUNS * VIEWED);
	expect(seen.length).toBeGreaterThan(looks * 10);
}, 300_000);
