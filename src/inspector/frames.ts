/**
 * Frames of a state, and of the step from one state to the next: which actors
 * there are, which of them an event moved, and which transitions fired. They
 * are computed from the two states, so they cost nothing without a viewer.
 */
import type { AnyMachineSnapshot, StateValue } from "xstate";
import type { ActorFrame, Frame, Moment } from "../../machines/frame.ts";
import { type Actor, actorsOf } from "../engine/evolve.ts";
import type { Step } from "../engine/fold.ts";
import { machinesAtHand, type Stepping } from "../engine/machines.ts";
import type { State } from "../engine/state.ts";
import { transitionIds } from "./transitions.ts";

const transitionNames = new Map(
	Object.values(machinesAtHand).flatMap(({ machine }) => [
		...transitionIds(machine),
	]),
);

/** Every actor of a state. */
export function actorFrames(state: State): readonly ActorFrame[] {
	const { parts, server } = state;
	return [
		actorFrame("server", server),
		...Array.from(parts.rooms.values(), (room) =>
			actorFrame(room.context.incarnation, room),
		),
		...Array.from(parts.clients, ([id, client]) => ({
			...actorFrame(id, client),
			...carrierOf(state, id),
		})),
	];
}

/** The node that carries a client. */
function carrierOf(state: State, id: string) {
	const { room = "" } = state.client(id)?.context ?? {};
	const node = state.room(room)?.context.members.get(id)?.node;
	return node === undefined ? undefined : { node };
}

/** What one event did: which actors it added, moved and removed. */
export function momentOf({ stored, before, after }: Step): Moment {
	const { seq, event } = stored;
	const came: Frame[] = [];
	const moved: Frame[] = [];
	const gone: Frame[] = [];
	for (const actor of actorsOf(before, event)) {
		const { machine, initial, step }: Stepping = machinesAtHand[actor.machine];
		const was = snapshotOf(before, actor);
		const is = snapshotOf(after, actor);
		const from = was ?? initial;
		const id = idOf(was ?? is, actor);
		if (!was) came.push(actorFrame(id, initial));
		const transitions = machine.getTransitionData(from, event).map(nameOf);
		const state: StateValue = (is ?? step(from, event)).value;
		moved.push({
			type: "step",
			actor: id,
			...carrierOf(after, id),
			event: event.type,
			transitions,
			state,
		});
		const next = is && idOf(is, actor);
		if (next !== id) gone.push({ type: "gone", actor: id });
		// A restored room is another actor from then on.
		if (next && next !== id) gone.push(actorFrame(next, is));
	}
	const cause = "client" in event && { client: event.client };
	const frames = [...came, ...moved, ...gone];
	return { seq, time: event.time, ...cause, frames };
}

function snapshotOf(
	state: State,
	actor: Actor,
): AnyMachineSnapshot | undefined {
	if (actor.machine === "server") return state.server;
	if (actor.machine === "room") return state.room(actor.room);
	return state.client(actor.client);
}

/** Ids are random and made by the server, so they reveal nothing. */
function idOf(snapshot: AnyMachineSnapshot | undefined, actor: Actor): string {
	if (actor.machine === "server") return "server";
	if (actor.machine === "client") return actor.client;
	return snapshot?.context.incarnation ?? "";
}

function actorFrame(id: string, snapshot: AnyMachineSnapshot): ActorFrame {
	const { machine, value: state } = snapshot;
	return { type: "actor", actor: id, machine: machine.id, state };
}

function nameOf(transition: object): string {
	const name = transitionNames.get(transition);
	if (!name) throw new Error("A transition fired that is in no chart.");
	return name;
}
