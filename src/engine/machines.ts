/**
 * The machines that a state is made of, and how one of them takes an event: a
 * snapshot and an event make the next snapshot, and nothing else happens. No
 * actor runs.
 */
import {
	type AnyMachineSnapshot,
	type AnyStateMachine,
	createActor,
	type SnapshotFrom,
	type StateValue,
} from "xstate";
import { clientMachine } from "../../machines/client.ts";
import type { PlumeEvent } from "../../machines/events.ts";
import { roomMachine } from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { botClaim } from "../chat/bot.ts";

export type ServerSnapshot = SnapshotFrom<typeof serverMachine>;
export type RoomSnapshot = SnapshotFrom<typeof roomMachine>;
export type ClientSnapshot = SnapshotFrom<typeof clientMachine>;

/** No machine concerned may take the event where it stands. */
export class IllegalEvent extends Error {
	override readonly name = "IllegalEvent";
	/** The id of the machine that does not take it. */
	readonly machine: string;
	constructor({ type }: PlumeEvent, machine: string) {
		super(`${type} is not legal in the state of the ${machine} machine`);
		this.machine = machine;
	}
}

/**
 * One machine with the one scope that all its transitions share: the package's
 * own `transition()` makes a scope at each call, which takes twice the time.
 */
function stepping<Snapshot extends AnyMachineSnapshot>(
	machine: AnyStateMachine,
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
	return {
		machine,
		initial: machine.getInitialSnapshot(scope, input) as Snapshot,
		/** Throws `IllegalEvent`; any other error is a bug in a guard or an action. */
		step(snapshot: Snapshot, event: PlumeEvent): Snapshot {
			if (!snapshot.can(event)) throw new IllegalEvent(event, machine.id);
			const next = machine.transition(snapshot, event, scope);
			if (next.status !== "active" && next.status !== "done")
				throw new Error(`${machine.id} is ${next.status} after ${event.type}`);
			return next as Snapshot;
		},
		/** A snapshot again, of what was saved of one. */
		restore: (saved: Saved<Snapshot["context"]>) =>
			machine.resolveState(saved) as Snapshot,
	};
}

/** The part of a snapshot that is state. */
export interface Saved<Context> {
	readonly value: StateValue;
	readonly context: Context;
}

/** A rehearsal may bring other machines than those at hand. */
export const machinesOf = ({
	server = serverMachine,
	client = clientMachine,
	room = roomMachine,
}) => ({
	server: stepping<ServerSnapshot>(server, { bot: botClaim }),
	client: stepping<ClientSnapshot>(client),
	room: stepping<RoomSnapshot>(room),
});

export type Stepping = ReturnType<typeof stepping<AnyMachineSnapshot>>;
export type Machines = ReturnType<typeof machinesOf>;

export const machinesAtHand = machinesOf({});
