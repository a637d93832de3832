/**
 * What an event passed between whom. What comes from outside comes by way of
 * the edge; a client passes on what it does to its room and to the server.
 * Frames say no more than whose doing an event was and whom it moved, and
 * nothing else is made up here.
 */
import type { Moment } from "../../machines/frame.ts";
import { eventOf, nameOf, statesIn } from "./timeline.ts";

export const EDGE = "edge";
/** One event may move all who are there. */
const MOST_LEGS = 6;

export interface SequenceStep {
	readonly moment: Moment;
	readonly event: string;
	readonly legs: readonly { readonly from: string; readonly to: string }[];
	/** Which machine each of them is. */
	readonly machines: ReadonlyMap<string, string>;
	/** The states of those who are in another one now. */
	readonly states: ReadonlyMap<string, string>;
	/** How many it moved beyond those that are shown. */
	readonly others: number;
}

export function sequenceStepOf(moment: Moment): SequenceStep {
	const { client, frames } = moment;
	const machines = new Map([[EDGE, EDGE]]);
	if (client !== undefined) machines.set(client, "client");
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
	const legs = [...moved].map((to) => ({ from: client ?? EDGE, to }));
	const others = legs.splice(MOST_LEGS).length;
	if (isMoved) legs.unshift({ from: EDGE, to: client });
	return { moment, event: eventOf(moment), legs, machines, states, others };
}

export function concerns({ client, frames }: Moment, id: string): boolean {
	return client === id || frames.some(({ actor }) => actor === id);
}

export interface Lifeline {
	readonly id: string;
	readonly machine: string;
}

/** The few from the left on, then the many: the edge, the server, rooms, clients. */
export class Lifelines {
	/** So that they keep their order while others come and go. */
	readonly #order = new Map<string, number>();

	of(steps: readonly SequenceStep[]): readonly Lifeline[] {
		const found = new Map([EDGE, "server"].map((id) => [id, id]));
		for (const { legs, machines } of steps)
			for (const { from, to } of legs)
				for (const id of [from, to]) {
					found.set(id, machines.get(id) ?? "");
					if (!this.#order.has(id)) this.#order.set(id, this.#order.size);
				}
		const place = ({ id, machine }: Lifeline): [number, number] => [
			[EDGE, "server", "room", "client"].indexOf(machine),
			this.#order.get(id) ?? 0,
		];
		return Array.from(found, ([id, machine]) => ({ id, machine })).sort(
			(a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1],
		);
	}
}
