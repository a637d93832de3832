/**
 * What each transition of a machine is called, in frames as in the charts, so
 * that what lights up on the page is what really happened.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";

type Definition = AnyStateNode["on"][string][number];

/** The names of a machine's own transition objects. */
export function transitionIds(machine: AnyStateMachine): Map<object, string> {
	return new Map(withDescendants(machine.root).flatMap(transitionsOf));
}

/** Those that leave from a state, in the order they are tried: each with `SOURCE/EVENT/INDEX`, the index among those for the same event. */
export function transitionsOf(node: AnyStateNode): [Definition, string][] {
	const groups = [...node.transitions.values(), node.always ?? []];
	return groups.flatMap((group) =>
		group.map((definition, index): [Definition, string] => [
			definition,
			`${node.id}/${eventOf(definition).replace(" ", "-")}/${index}`,
		]),
	);
}

function withDescendants(node: AnyStateNode): AnyStateNode[] {
	return [node, ...Object.values(node.states).flatMap(withDescendants)];
}

/** As the machine's source says it: `after reach`, `always`, or the event's type. */
export function eventOf({ eventType, source }: Definition): string {
	if (eventType === "") return "always";
	const delayed = /^xstate\.after\.(.+)$/.exec(eventType)?.[1];
	return delayed
		? `after ${delayed.slice(0, -source.id.length - 1)}`
		: eventType;
}
