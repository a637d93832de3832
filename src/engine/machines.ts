/**
 * The machines that make up a state, and how they step: a snapshot and an
 * event make the next snapshot, without effects. No actor runs.
 */
import {
	type AnyMachineSnapshot,
	type AnyStateMachine,
	createActor,
	getNextTransitions,
	type SnapshotFrom,
	type StateValue,
} from "xstate";
import { clientMachine, clientRules } from "../../machines/client.ts";
import type { PlumeEvent } from "../../machines/events.ts";
import { roomMachine, roomRules } from "../../machines/room.ts";
import { serverMachine, serverRules } from "../../machines/server.ts";
import { botClaim } from "../chat/bot.ts";

export type ServerSnapshot = SnapshotFrom<typeof serverMachine>;
export type RoomSnapshot = SnapshotFrom<typeof roomMachine>;
export type ClientSnapshot = SnapshotFrom<typeof clientMachine>;

/** A machine that the event concerns has no transition for it in its state. */
export class IllegalEvent extends Error {
	override readonly name = "IllegalEvent";
	/** The first rule that the event breaks; undefined if the machine's state has no transition for such events. */
	readonly rule: string | undefined;
	constructor({ type }: PlumeEvent, machine: string, rule?: string) {
		const broken = rule ? `: it breaks the rule ${rule}` : "";
		super(
			`${type} is not legal in the state of the ${machine} machine${broken}`,
		);
		this.rule = rule;
	}
}

/**
 * A machine, with one scope for all its transitions: the `transition()` of
 * XState makes a scope at each call, which takes twice as long.
 */
function stepping<Snapshot extends AnyMachineSnapshot>(
	machine: AnyStateMachine,
	rules: Readonly<Partial<Record<string, readonly string[]>>>,
	input?: unknown,
) {
	const self = createActor(machine, { input });
	const scope: Parameters<AnyStateMachine["transition"]>[2] = {
		self,
		id: "",
		sessionId: "",
		system: self.system,
		logger() {},
		defer() {},
		emit() {},
		stopChild() {},
		actionExecutor() {},
	};
	const { guards } = machine.implementations;
	function ruleBroken(snapshot: Snapshot, event: PlumeEvent) {
		const args = { context: snapshot.context, event };
		const hasTransition = getNextTransitions(snapshot).some(
			({ eventType }) => eventType === event.type,
		);
		return hasTransition
			? rules[event.type]?.find((name) => !guards[name]?.(args, undefined))
			: undefined;
	}
	return {
		machine,
		initial: machine.getInitialSnapshot(scope, input) as Snapshot,
		/** Throws `IllegalEvent`. Any other error is a bug in a guard or an action. */
		step(snapshot: Snapshot, event: PlumeEvent): Snapshot {
			const next = machine.transition(snapshot, event, scope);
			// A legal event may change nothing; one that changes something is legal.
			if (next === snapshot && !snapshot.can(event))
				throw new IllegalEvent(event, machine.id, ruleBroken(snapshot, event));
			if (next.status !== "active" && next.status !== "done")
				throw new Error(`${machine.id} is ${next.status} after ${event.type}`);
			return next as Snapshot;
		},
		/** The snapshot that was saved. */
		restore: (saved: Saved<Snapshot["context"]>) =>
			machine.resolveState(saved) as Snapshot,
	};
}

/** The part of a snapshot that is saved. */
export interface Saved<Context> {
	readonly value: StateValue;
	readonly context: Context;
}

/** A rehearsal replays a log with other versions of the machines. */
export const machinesOf = ({
	server = serverMachine,
	client = clientMachine,
	room = roomMachine,
}) => ({
	server: stepping<ServerSnapshot>(server, serverRules, { bot: botClaim }),
	client: stepping<ClientSnapshot>(client, clientRules),
	room: stepping<RoomSnapshot>(room, roomRules),
});

export type Stepping = ReturnType<typeof stepping<AnyMachineSnapshot>>;
export type Machines = ReturnType<typeof machinesOf>;

export const machinesAtHand = machinesOf({});
