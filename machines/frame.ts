/**
 * The one format in which the machines can be looked at, live and in a log.
 *
 * Frames are an allow-list: ids that are random and ours, and words that
 * stand in the source of a machine, namely its name, event types, states and
 * transitions. Nothing else has a field it could come in by, so no name,
 * email, code, token or text ever does.
 */
import type { StateValue } from "xstate";

export type Frame =
	/** It is there, in this state; a viewer hears of each actor once before anything else of it. */
	| {
			readonly type: "actor";
			/** A client's id, a room's incarnation, or `server`. */
			readonly actor: string;
			readonly machine: string;
			readonly state: StateValue;
	  }
	/** An event moved it. */
	| {
			readonly type: "step";
			readonly actor: string;
			readonly event: string;
			/** The ids of those that fired, as in the machine's chart. */
			readonly transitions: readonly string[];
			readonly state: StateValue;
	  }
	| { readonly type: "gone"; readonly actor: string };

/** What one logged event did, in order; or, where a viewer begins, how all stands after that event. */
export interface Moment {
	readonly seq: number;
	/** Milliseconds since 1970, of the event; where a viewer begins there is none. */
	readonly time?: number;
	/** Whose doing it was, if it was a client's. */
	readonly client?: string;
	readonly frames: readonly Frame[];
}

/** The subprotocol that is selected; the token is offered after it, and never selected. */
export const INSPECT_PROTOCOL = "plume.inspect";
