/** What a chart of a machine needs: its nested states, and its transitions with their names. */
import type { AnyStateNode } from "xstate";
import { eventOf, transitionsOf } from "../../src/inspector/transitions.ts";

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
	/** In the order they are tried. */
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

/** The chart of a machine is that of its root. */
export function chartOf(node: AnyStateNode): ChartState {
	const [initial] = node.type === "compound" ? node.initial.target : [];
	return {
		id: node.id,
		title: node.key,
		final: node.type === "final",
		...(initial && { initial: initial.id }),
		entry: node.entry.filter(isOurs).map(nameOf),
		exit: node.exit.filter(isOurs).map(nameOf),
		states: Object.values(node.states).map(chartOf),
		transitions: transitionsOf(node).map(([definition, id]) => {
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

/** The name of an action or a guard. */
function nameOf(named: unknown): string {
	if (typeof named === "string") return named;
	if (typeof named !== "object" || named === null || !("type" in named))
		throw new Error("An inline guard or action has no name to be shown.");
	return String(named.type);
}
