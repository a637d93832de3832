/**
 * What an event passed from one actor to another. Events from outside come in
 * through the edge; a client passes on what it does to its room and to the
 * server. A frame says only which client caused an event and which actors it
 * moved, and the diagram adds nothing to that.
 */
import type { Moment } from "../../machines/frame.ts";
import { eventOf, nameOf, statesIn } from "./timeline.ts";

export const EDGE = "edge";
/** One event may move every client of a room. */
const MOST_ARROWS = 6;

export type SequenceStep = ReturnType<typeof sequenceStepOf>;

export function sequenceStepOf(moment: Moment) {
	const { client, frames } = moment;
	/** The machine of each actor. */
	const machines = new Map([[EDGE, EDGE]]);
	if (client !== undefined) machines.set(client, "client");
	/** The new state of each actor whose state changed. */
	const states = new Map<string, string>();
	const moved = new Set<string>();
	for (const frame of frames) {
		if (frame.type !== "step") continue;
		const { actor, transitions, state } = frame;
		const source = transitions[0]?.split("/")[0] ?? "";
		const machine = source.split(".")[0] ?? "";
		moved.add(actor);
		machines.set(actor, machine);
		if (statesIn(machine, state).at(-1) !== source)
			states.set(actor, nameOf(state));
	}
	const isMoved = client !== undefined && moved.delete(client);
	const arrows = [...moved].map((to) => ({ from: client ?? EDGE, to }));
	/** How many more actors it moved than there are arrows. */
	const others = arrows.splice(MOST_ARROWS).length;
	if (isMoved) arrows.unshift({ from: EDGE, to: client });
	return { moment, event: eventOf(moment), arrows, machines, states, others };
}

export function concerns({ client, frames }: Moment, id: string): boolean {
	return client === id || frames.some(({ actor }) => actor === id);
}

export interface Lifeline {
	readonly id: string;
	readonly machine: string;
}

/** From left to right: the edge, the server, rooms, clients. */
const MACHINES = [EDGE, "server", "room", "client"];

/** The lifelines that some steps need. Actors keep their order while others come and go. */
export class Lifelines {
	/** Every actor that had a lifeline, in the order they first did. */
	readonly #seen = new Map([EDGE, "server"].map((id) => [id, id]));

	of(steps: readonly SequenceStep[]): readonly Lifeline[] {
		const needed = new Set([EDGE, "server"]);
		for (const { arrows, machines } of steps)
			for (const id of arrows.flatMap(({ from, to }) => [from, to])) {
				needed.add(id);
				if (!this.#seen.has(id)) this.#seen.set(id, machines.get(id) ?? "");
			}
		const all = Array.from(this.#seen, ([id, machine]) => ({ id, machine }));
		const lifelines = all.filter(({ id }) => needed.has(id));
		return MACHINES.flatMap((machine) =>
			lifelines.filter((lifeline) => lifeline.machine === machine),
		);
	}
}
