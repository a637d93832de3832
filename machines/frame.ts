/**
 * What the inspector shows of the machines, live and over a log.
 *
 * Frames are an allow-list: random ids, and words from the source of a machine,
 * namely its name, event types, states and transitions. There is no field that
 * could hold a name, email, code, token or text.
 */
import type { StateValue } from "xstate";

export type Frame = ActorFrame | StepFrame | GoneFrame;

/** An actor, and the state it is in. This frame comes before any other of that actor. */
export interface ActorFrame {
	readonly type: "actor";
	/** A client's id, a room's incarnation, or `server`. */
	readonly actor: string;
	readonly machine: string;
	readonly state: StateValue;
	/** The id of the node that carries a client. */
	readonly node?: string;
}

/** An event moved an actor into this state. */
export interface StepFrame {
	readonly type: "step";
	readonly actor: string;
	readonly event: string;
	/** The names of the transitions that fired, as in the machine's chart. */
	readonly transitions: readonly string[];
	readonly state: StateValue;
	readonly node?: string;
}

export interface GoneFrame {
	readonly type: "gone";
	readonly actor: string;
}

/** What one logged event did, in order. The first moment that a viewer is sent holds every actor instead, as it was after that event. */
export interface Moment {
	readonly seq: number;
	/** Milliseconds since 1970, of the event; the first moment of a viewer has none. */
	readonly time?: number;
	/** The client that caused the event, if one did. */
	readonly client?: string;
	readonly frames: readonly Frame[];
}

/**
 * The node that shows all this, if it is one of several. It belongs to a
 * process, not to the log, so it comes beside the moments. Labels are what the
 * operator calls each node, by its id.
 */
export interface NodeShown {
	readonly type: "node";
	readonly node: string;
	readonly state: "edge" | "candidate" | "sequencer";
	/** 0 where nodes do not claim it: with a log in files. */
	readonly term: number;
	/** The id of the node that decides; empty while it is unknown. */
	readonly sequencer: string;
	readonly labels: readonly (readonly [string, string])[];
}

/** The subprotocol that the server selects. A viewer offers the token after it, which is never selected. */
export const INSPECT_PROTOCOL = "plume.inspect";
