/**
 * Live actors: how an event is sent to all that it concerns or to none, how
 * they are started, anew or where a snapshot left them, and how they rest.
 */
import {
	type Actor,
	type AnyActor,
	type AnyActorLogic,
	type AnyMachineSnapshot,
	type AnyStateMachine,
	createActor,
	type SnapshotFrom,
} from "xstate";
import { type ClientContext, clientMachine } from "../../machines/client.ts";
import type { MessagePosted, PlumeEvent } from "../../machines/events.ts";
import { epochOf } from "../../machines/item.ts";
import {
	afterMessage,
	type RoomContext,
	roomMachine,
} from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { isNewer } from "../version.ts";
import type { Face } from "./frozen.ts";

export class IllegalEvent extends Error {
	override readonly name = "IllegalEvent";
	/** Which machine does not take it. */
	readonly machine: string;
	constructor(event: PlumeEvent, machine: string) {
		super(`${event.type} is not legal in the state of the ${machine} machine`);
		this.machine = machine;
	}
}

/** A newer version logged it. */
export class UnknownEvent extends IllegalEvent {
	/** `never`: of the events of this version none gets here. */
	constructor(event: never, { type }: PlumeEvent = event) {
		super(event, "any");
		this.message = `${type} ${isNewer}`;
	}
}

/** The machines that a state is made of: a rehearsal may bring others. */
export interface Machines {
	readonly server: typeof serverMachine;
	readonly client: typeof clientMachine;
	readonly room: typeof roomMachine;
}

export const machinesAtHand: Machines = {
	server: serverMachine,
	client: clientMachine,
	room: roomMachine,
};

/** An actor that never rests. */
export const always = <Logic extends AnyStateMachine>(actor: Actor<Logic>) => ({
	actor,
	getSnapshot: () => actor.getSnapshot(),
});

/** Sends the event to all machines it concerns, or to none. */
export function move(event: PlumeEvent, all: readonly Live[]): void {
	const actors = all.map(({ actor }) => actor);
	for (const actor of actors)
		if (!actor.getSnapshot().can(event))
			throw new IllegalEvent(event, actor.logic.id);
	for (const actor of actors) actor.send(event);
}

/** What has an actor, perhaps only while it moves. */
export interface Live {
	getSnapshot(): AnyMachineSnapshot;
	/** Made for it, if it does without. */
	readonly actor: AnyActor;
	/** Does without it, if it will not be needed for long. */
	rest?(): void;
}

/** A guard or action that throws puts an actor in `error` for good: never let that pass unseen. */
export function start<Logic extends AnyActorLogic>(
	actor: Actor<Logic>,
): Actor<Logic> {
	actor.subscribe({
		error: (error) => {
			throw error;
		},
	});
	return actor.start();
}

/** A room's actor; replay may move the room ahead of it, and it follows when it is needed. */
export class LiveRoom {
	#actor: Actor<typeof roomMachine>;
	#ahead: RoomContext | undefined;
	readonly #machine: Machines["room"];
	#incarnation = "";
	#epoch = "";

	constructor(machine: Machines["room"], face?: Face<RoomContext>) {
		this.#machine = machine;
		this.#actor = startRoom(machine, face);
	}

	/** Of what is said in it, or nothing before it is opened: made once, and not for each line. */
	epoch(log: string): string {
		const { incarnation } = this.context;
		if (incarnation !== this.#incarnation) {
			this.#incarnation = incarnation;
			this.#epoch = incarnation && epochOf(log, incarnation);
		}
		return this.#epoch;
	}

	get context(): RoomContext {
		return this.#ahead ?? this.#actor.getSnapshot().context;
	}

	getSnapshot(): SnapshotFrom<typeof roomMachine> {
		return this.actor.getSnapshot();
	}

	get actor(): Actor<typeof roomMachine> {
		if (this.#ahead) {
			const { value } = this.#actor.getSnapshot();
			this.#actor = startRoom(this.#machine, { value, context: this.#ahead });
			this.#ahead = undefined;
		}
		return this.#actor;
	}

	/** Takes a message without the actor: a third of the work, and the same outcome. */
	replayMessage(event: MessagePosted): void {
		const after = afterMessage(this.context, event);
		if (!after) throw new IllegalEvent(event, roomMachine.id);
		this.#ahead = after;
	}
}

function startRoom(machine: Machines["room"], face?: Face<RoomContext>) {
	const snapshot = face && machine.resolveState(face);
	return start(createActor(machine, snapshot && { snapshot }));
}

/**
 * A client's actor. Whoever is in a room stays there for hours while nothing
 * moves their machine: then only its snapshot is kept, a fifth of the memory,
 * and an actor goes on from there when it is needed.
 */
export class LiveClient {
	#actor: Actor<typeof clientMachine> | undefined;
	#snapshot: SnapshotFrom<typeof clientMachine> | undefined;
	readonly #machine: Machines["client"];

	constructor(machine: Machines["client"], face?: Face<ClientContext>) {
		this.#machine = machine;
		this.#snapshot = face && machine.resolveState(face);
	}

	getSnapshot(): SnapshotFrom<typeof clientMachine> {
		return this.#snapshot ?? this.actor.getSnapshot();
	}

	get actor(): Actor<typeof clientMachine> {
		if (!this.#actor) {
			const snapshot = this.#snapshot;
			const options = snapshot && { snapshot };
			this.#actor = start(createActor(this.#machine, options));
			this.#snapshot = undefined;
		}
		return this.#actor;
	}

	/** Does without an actor, if it is in a room. */
	rest(): void {
		const snapshot = this.getSnapshot();
		if (!snapshot.matches("inRoom")) return;
		this.#snapshot = snapshot;
		this.#actor = undefined;
	}
}
