/**
 * `plume rehearse`: takes a production log through the machines at hand, as a
 * server would live, before they are trusted with it. It tells the first
 * event that they would not have let in, by the first rule it breaks, counts
 * the others, and tells the first checkpoint that vouches for another state. A refused event
 * is left out and what comes after it is still tried.
 */
import type { AnyStateMachine } from "xstate";
import { clientRules } from "../../machines/client.ts";
import type { PlumeEvent } from "../../machines/events.ts";
import { roomRules } from "../../machines/room.ts";
import { serverRules } from "../../machines/server.ts";
import { botClaim } from "../chat/bot.ts";
import { IllegalEvent, type Machines, machinesAtHand } from "../engine/live.ts";
import { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import { Checkpoints, type WrongState } from "./checkpoints.ts";
import type { RehearseCommand } from "./log-arguments.ts";
import { ask, type ExitCode, type LogParts, type Reading } from "./source.ts";

type Rules = Readonly<Partial<Record<string, readonly string[]>>>;
const rules: Readonly<Record<keyof Machines, Rules>> = {
	server: serverRules,
	client: clientRules,
	room: roomRules,
};

/** Answers 0 if all would go as it went, else 3. */
export function rehearse(
	{ source, all: tellsAll = false }: RehearseCommand,
	parts: LogParts,
	machines = machinesAtHand,
): Promise<ExitCode> {
	const question = async ({ sources, verifier, batches }: Reading) => {
		const state = new State(verifier, botClaim, undefined, machines);
		const checkpoints = await Checkpoints.in(sources);
		let refused = 0;
		const counts = new Map<string, number>();
		let wrong: WrongState | undefined;
		for await (const batch of batches)
			for (const stored of batch) {
				const why = refusalOf(state, stored, machines);
				if (why !== undefined) {
					if (++refused === 1 || tellsAll)
						parts.print(`${placeOf(stored)} would be refused: ${why}`);
					const kind = `${stored.event.type}: ${why}`;
					counts.set(kind, (counts.get(kind) ?? 0) + 1);
				}
				const found = checkpoints.check(state, stored);
				if (found && !wrong) parts.print(`${found.message}.`);
				wrong ??= found;
			}
		const all = verifier.seq;
		for (const [kind, many] of counts) parts.print(`${many} × ${kind}`);
		if (refused)
			parts.print(
				`${refused} of ${all} events would be refused; those after the first may only follow from it.`,
			);
		else if (wrong) parts.print(`All ${all} events would be taken.`);
		else
			parts.print(
				`All ${all} events would be taken, and ${checkpoints.held} checkpoints hold.`,
			);
		return refused || wrong ? 3 : 0;
	};
	return ask(source, parts, question, { again: true });
}

const placeOf = ({ seq, event: { type, time } }: Stored) =>
	`event ${seq} (${type}, ${new Date(time).toISOString()})`;

/** Moves the state, or says why it can't be moved. */
function refusalOf(
	state: State,
	{ event, erasable }: Stored,
	machines: Machines,
): string | undefined {
	try {
		state.apply(erasable ? { event, erasable } : { event });
		return undefined;
	} catch (error) {
		// A guard that throws at an event it does not understand refuses it too.
		if (!(error instanceof IllegalEvent)) return String(error);
		return ruleBroken(state, event, error, machines) ?? error.message;
	}
}

/** The first rule that fails; none if the machine's state takes no such event at all. */
function ruleBroken(
	state: State,
	event: PlumeEvent,
	{ machine }: IllegalEvent,
	machines: Machines,
): string | undefined {
	if (machine !== "server" && machine !== "client" && machine !== "room")
		return undefined;
	const { context } = snapshotOf(state, event, machine) ?? {};
	if (!context) return undefined;
	const { implementations }: AnyStateMachine = machines[machine];
	return rules[machine][event.type]?.find((name) => {
		const guard = implementations.guards[name];
		return guard && !guard({ context, event }, undefined);
	});
}

function snapshotOf(state: State, event: PlumeEvent, machine: keyof Machines) {
	if (machine === "server") return state.server;
	if (machine === "room")
		return "room" in event ? state.room(event.room) : undefined;
	return "client" in event ? state.client(event.client) : undefined;
}
