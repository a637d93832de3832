/**
 * The questions of the inspector's page over a log, and their answers. Only
 * lists of rooms and comparisons hold names; they go to someone who has the log
 * anyway.
 */
import type { StateValue } from "xstate";
import type { Moment } from "./frame.ts";

/** Some of the events: those of the room with this name, and those of clients with this name, or with an id that begins so. */
export interface Scope {
	readonly room?: string;
	readonly client?: string;
}

export type Question =
	| { readonly ask: "about" }
	/** The actors after event `from`, and what each later event did, up to `to`. */
	| { readonly ask: "stretch"; readonly from: number; readonly to: number }
	/** The seq of the last event up to a time, in milliseconds since 1970. */
	| { readonly ask: "time"; readonly time: number }
	/** The seq of the nearest event in scope after event `from`, or before it. */
	| ({
			readonly ask: "next";
			readonly from: number;
			readonly back: boolean;
	  } & Scope)
	/** How many events in scope fall into each of `parts` equally long parts of the log's time. */
	| ({ readonly ask: "marks"; readonly parts: number } & Scope)
	| { readonly ask: "compare"; readonly from: number; readonly to: number };

/** How far a log is read. The page can show events from `first`, the beginning, to `last`. */
export interface About {
	readonly first: number;
	readonly last: number;
	/** Milliseconds since 1970, of the first and the last event. */
	readonly from: number;
	readonly to: number;
	/** How many events are read, from the beginning on. */
	readonly read: number;
	readonly isWhole: boolean;
	/** Why reading ended early, or what was left out. */
	readonly trouble?: string;
	readonly rooms: readonly string[];
}

/** What many actors share: their machine, their state, and the transitions that fired when they last moved. */
export interface Shape {
	readonly machine: string;
	readonly state: StateValue;
	readonly fired: readonly string[];
}

export interface Stretch {
	/** The seq of the event after which the actors were in these states. */
	readonly seq: number;
	readonly shapes: readonly Shape[];
	/** Each actor with the index of its shape, and the seq of the event that moved it last; 0 if none has since the beginning. */
	readonly actors: readonly (readonly [
		id: string,
		shape: number,
		moved: number,
	])[];
	readonly moments: readonly Moment[];
}

/** Someone in a room, with any number of tabs. */
export interface Stay {
	readonly name: string;
	readonly room: string;
}

/** A name that changed its owner or its spelling. */
export interface NameChange {
	readonly before?: string;
	readonly after?: string;
}

export interface Comparison {
	readonly came: readonly Stay[];
	readonly left: readonly Stay[];
	readonly names: readonly NameChange[];
}

export interface Answers {
	readonly about: About;
	readonly stretch: Stretch;
	readonly time: number;
	/** Null if there is none. */
	readonly next: number | null;
	readonly marks: readonly number[];
	readonly compare: Comparison;
}
