/**
 * Names each transition of a machine. Frames and charts use the same names, so
 * the chart lights up what really fired.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";

type Definition = AnyStateNode["on"][string][number];

/** The name of each of a machine's transition objects. */
export function transitionIds(machine: AnyStateMachine): Map<object, string> {
	return new Map(withDescendants(machine.root).flatMap(transitionsOf));
}

/** The transitions of a state in the order they are tried, each with its name: `SOURCE/EVENT/INDEX`, with its index among those for the same event. */
export function transitionsOf(node: AnyStateNode): [Definition, string][] {
	return [...node.transitions.values(), node.always ?? []].flatMap((group) =>
		group.map((definition, index): [Definition, string] => [
			definition,
			`${node.id}/${eventOf(definition).replace(" ", "-")}/${index}`,
		]),
	);
}

function withDescendants(node: AnyStateNode): AnyStateNode[] {
	return [node, ...Object.values(node.states).flatMap(withDescendants)];
}

/** The event as the machine's source names it: `after reach`, `always`, or the event's type. */
export function eventOf({ eventType, source }: Definition): string {
	if (eventType === "") return "always";
	const delayed = /^xstate\.after\.(.+)$/.exec(eventType)?.[1];
	return delayed
		? `after ${delayed.slice(0, -source.id.length - 1)}`
		: eventType;
}
