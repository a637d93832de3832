/**
 * `plume rehearse`: applies a log to the machines of this version before an
 * upgrade. It prints the first event that they refuse, with the first rule it
 * breaks, counts the others, and prints the first wrong checkpoint. A refused
 * event is skipped, and the events after it are still tried.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import { evolve } from "../engine/evolve.ts";
import {
	IllegalEvent,
	type Machines,
	machinesAtHand,
} from "../engine/machines.ts";
import { State } from "../engine/state.ts";
import { Checkpoints, type WrongState } from "./checkpoints.ts";
import { boolean, parseOptions } from "./options.ts";
import { type LogCommand, logCommand, type Query } from "./source.ts";

export function parse(
	args: readonly string[],
	machines = machinesAtHand,
): LogCommand {
	const { values, positionals } = parseOptions("rehearse", args, {
		all: boolean,
	});
	return logCommand(positionals[0], rehearse(machines, values.all ?? false));
}

/** Exits with 0 if every event is legal and every checkpoint right, else with 3. */
function rehearse(machines: Machines, printsAll: boolean): Query {
	return async ({ verifier, fromFirst }, { print }) => {
		let state = State.initial(verifier, machines.server.initial);
		const checkpoints = new Checkpoints(machines);
		let refused = 0;
		const counts = new Map<string, number>();
		let wrong: WrongState | undefined;
		for await (const batch of fromFirst)
			for (const stored of batch) {
				const { type, time } = stored.event;
				const before = state;
				const { next = before, why } = attempt(before, stored.event, machines);
				state = next;
				if (why !== undefined) {
					const at = new Date(time).toISOString();
					if (++refused === 1 || printsAll)
						print(
							`event ${stored.seq} (${type}, ${at}) would be refused: ${why}`,
						);
					const kind = `${type}: ${why}`;
					counts.set(kind, (counts.get(kind) ?? 0) + 1);
					continue;
				}
				const found = checkpoints.check({ stored, before });
				if (found && !wrong) print(`${found.message}.`);
				wrong ??= found;
			}
		const all = verifier.seq;
		for (const [kind, many] of counts) print(`${many} × ${kind}`);
		const checked = wrong
			? ""
			: `, and ${checkpoints.verified} checkpoints hold`;
		print(
			refused
				? `${refused} of ${all} events would be refused; those after the first may only follow from it.`
				: `All ${all} events would be taken${checked}.`,
		);
		return refused || wrong ? 3 : 0;
	};
}

/** The next state, or why the event is refused. */
function attempt(
	state: State,
	event: PlumeEvent,
	machines: Machines,
): { readonly next?: State; readonly why?: string } {
	try {
		return { next: evolve(state, event, machines) };
	} catch (error) {
		// A guard that throws at an unknown event refuses it too.
		if (!(error instanceof IllegalEvent)) return { why: String(error) };
		return { why: error.rule ?? error.message };
	}
}
