/**
 * A machine's structure in the words of XState's own configuration, for tools
 * that draw from those: states, transitions, names. No context, no code; and
 * no timers or hooks, which the machines of the server do not have.
 */
import type { ChartState } from "../../src/inspect/chart.ts";

export function definitionOf(chart: ChartState): object {
	const { id, final, initial, states, transitions } = chart;
	const on: Record<string, object[]> = {};
	for (const { event, guards, actions, target } of transitions) {
		on[event] ??= [];
		on[event].push({
			...(target && { target: `#${target}` }),
			...(guards.length > 0 && { guard: guards.join(" and ") }),
			...(actions.length > 0 && { actions }),
		});
	}
	return {
		id,
		...(final && { type: "final" }),
		...(initial && { initial: initial.slice(id.length + 1) }),
		on,
		states: Object.fromEntries(
			states.map((state) => [state.title, definitionOf(state)]),
		),
	};
}
