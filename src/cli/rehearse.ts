/**
 * `plume rehearse`: takes a production log through the machines at hand, as a
 * server would live, before they are trusted with it. It tells the first
 * event that they would not have let in, by the first rule it breaks, counts
 * the others, and tells the first checkpoint that vouches for another state. A refused event
 * is left out and what comes after it is still tried.
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
import { boolean, parseFlags } from "./flags.ts";
import { asking, type LogCommand, type Question } from "./source.ts";

export function parseRehearse(
	args: readonly string[],
	machines = machinesAtHand,
): LogCommand {
	const { values, positionals } = parseFlags("rehearse", args, {
		all: boolean,
	});
	const question = rehearse(machines, values.all ?? false);
	return asking(positionals[0], question);
}

/** Answers 0 if all would go as it went, else 3. */
function rehearse(machines: Machines, printsAll: boolean): Question {
	return async ({ verifier, batches }, { print }) => {
		let state = State.initial(verifier, machines.server.initial);
		const checkpoints = new Checkpoints();
		let refused = 0;
		const counts = new Map<string, number>();
		let wrong: WrongState | undefined;
		for await (const batch of batches)
			for (const stored of batch) {
				const { type, time } = stored.event;
				const { next = state, why } = attempt(state, stored.event, machines);
				state = next;
				if (why !== undefined) {
					const at = new Date(time).toISOString();
					if (++refused === 1 || printsAll)
						print(
							`event ${stored.seq} (${type}, ${at}) would be refused: ${why}`,
						);
					const kind = `${type}: ${why}`;
					counts.set(kind, (counts.get(kind) ?? 0) + 1);
				}
				const found = checkpoints.check(state, stored);
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

/** The next state, or why there is none. */
function attempt(
	state: State,
	event: PlumeEvent,
	machines: Machines,
): { readonly next?: State; readonly why?: string } {
	try {
		return { next: evolve(state, event, machines) };
	} catch (error) {
		// A guard that throws at an event it does not understand refuses it too.
		if (!(error instanceof IllegalEvent)) return { why: String(error) };
		return { why: error.rule ?? error.message };
	}
}
