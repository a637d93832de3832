/**
 * A machine as a picture of it needs it: its states, nested as they are, and
 * its transitions, each with an id of its own. The diagrams are drawn from
 * this, and a frame names the transition that fired by the same id; so what
 * lights up on the page is what really happened. It reads the machine only.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";

export interface ChartState {
	/** The path from the machine's own id: `client.inRoom.attached`. */
	readonly id: string;
	readonly title: string;
	readonly final: boolean;
	/** The id of the state it begins in. */
	readonly initial?: string;
	readonly entry: readonly string[];
	readonly exit: readonly string[];
	readonly states: readonly ChartState[];
	/** Those that leave from here, in the order they are tried. */
	readonly transitions: readonly ChartTransition[];
}

export interface ChartTransition {
	/** `SOURCE/EVENT/INDEX`, the index among those for the same event; without spaces. */
	readonly id: string;
	readonly event: string;
	/** The rules that must hold, by name. */
	readonly guards: readonly string[];
	readonly actions: readonly string[];
	/** Without one the state stays as it is. */
	readonly target?: string;
}

type Definition = AnyStateNode["on"][string][number];

export function chartOf(machine: AnyStateMachine): ChartState {
	return stateOf(machine.root);
}

/** What each of a machine's own transition objects is called in its chart. */
export function transitionIds(machine: AnyStateMachine): Map<object, string> {
	return new Map(withDescendants(machine.root).flatMap(named));
}

function stateOf(node: AnyStateNode): ChartState {
	const [initial] = node.type === "compound" ? node.initial.target : [];
	return {
		id: node.id,
		title: node.key,
		final: node.type === "final",
		...(initial && { initial: initial.id }),
		entry: node.entry.filter(isOurs).map(nameOf),
		exit: node.exit.filter(isOurs).map(nameOf),
		states: Object.values(node.states).map(stateOf),
		transitions: named(node).map(([definition, id]) => {
			const [target] = definition.target ?? [];
			return {
				id,
				event: eventOf(definition),
				guards: guardsOf(definition.guard),
				actions: definition.actions.map(nameOf),
				...(target && { target: target.id }),
			};
		}),
	};
}

function named(node: AnyStateNode): [Definition, string][] {
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
function eventOf({ eventType, source }: Definition): string {
	if (eventType === "") return "always";
	const delayed = /^xstate\.after\.(.+)$/.exec(eventType)?.[1];
	return delayed
		? `after ${delayed.slice(0, -source.id.length - 1)}`
		: eventType;
}

function guardsOf(guard: unknown): readonly string[] {
	if (guard === undefined) return [];
	if (typeof guard === "function" && "guards" in guard)
		return Array.isArray(guard.guards) ? guard.guards.flatMap(guardsOf) : [];
	return [nameOf(guard)];
}

/** XState starts and cancels the timers of `after` by actions of its own. */
function isOurs(action: unknown): boolean {
	return typeof action !== "function" || !("type" in action);
}

/** Of an action or a guard; the rules of the house allow none without a name. */
function nameOf(named: unknown): string {
	if (typeof named === "string") return named;
	if (typeof named !== "object" || named === null || !("type" in named))
		throw new Error("An inline guard or action has no name to be shown.");
	return String(named.type);
}
