/**
 * Live actors: how an event is sent to all that it concerns or to none, and
 * how they are started, anew or where a snapshot left them.
 */
import {
	type Actor,
	type AnyActor,
	type AnyActorLogic,
	createActor,
} from "xstate";
import { clientMachine } from "../../machines/client.ts";
import type { MessagePosted, PlumeEvent } from "../../machines/events.ts";
import {
	afterMessage,
	type RoomContext,
	roomMachine,
} from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
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

/** Sends the event to all machines it concerns, or to none. */
export function move(event: PlumeEvent, ...actors: readonly AnyActor[]): void {
	for (const actor of actors)
		if (!actor.getSnapshot().can(event))
			throw new IllegalEvent(event, actor.logic.id);
	for (const actor of actors) actor.send(event);
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

	constructor(machine: Machines["room"], face?: Face<RoomContext>) {
		this.#machine = machine;
		this.#actor = startRoom(machine, face);
	}

	get context(): RoomContext {
		return this.#ahead ?? this.#actor.getSnapshot().context;
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
