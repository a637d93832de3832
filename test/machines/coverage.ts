/** Which transitions of a machine a set of events can reach, from its first state on. */
import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from "xstate";
import { getAdjacencyMap, getStateNodes } from "xstate/graph";
import { canonical } from "../../src/engine/canonical.ts";

const label = (source: string, event: string, index: number) =>
	`${source} on ${event} [${index}]`;

/** Every transition the machine has. */
export function allTransitions(machine: AnyStateMachine): readonly string[] {
	return [machine.root, ...getStateNodes(machine.root)].flatMap((node) =>
		[...node.transitions].flatMap(([event, transitions]) =>
			transitions.map((_, index) => label(node.id, event, index)),
		),
	);
}

/** Every transition that generated paths take. */
export function reachedTransitions<Event extends EventObject>(
	machine: AnyStateMachine,
	events: readonly Event[],
	input?: object,
	stopWhen?: (snapshot: AnyMachineSnapshot) => boolean,
): Set<string> {
	const reached = new Set<string>();
	const map = getAdjacencyMap(machine, {
		events: [...events],
		serializeState: ({ value, context }) => canonical({ value, context }),
		limit: 5000,
		...(input && { input }),
		...(stopWhen && { stopWhen }),
	});
	for (const { state } of Object.values(map))
		for (const event of events)
			for (const taken of machine.getTransitionData(state, event)) {
				const siblings = taken.source.transitions.get(taken.eventType) ?? [];
				reached.add(
					label(taken.source.id, taken.eventType, siblings.indexOf(taken)),
				);
			}
	return reached;
}
