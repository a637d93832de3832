/**
 * What a page may ask about a log that was opened for looking at, and what it
 * is answered. Frames are the inspector's; names are only in what is said
 * about rooms and in comparisons, which go to whoever holds the log anyway.
 */
import type { StateValue } from "xstate";
import type { Moment } from "./frame.ts";

/** Which events are meant: those of a room by this name, and a client's doing whose id begins so, or who is called so. */
export interface Scope {
	readonly room?: string;
	readonly client?: string;
}

export type Question =
	| { readonly ask: "about" }
	/** How all stood after one event, and what each did from there to another. */
	| { readonly ask: "stretch"; readonly from: number; readonly to: number }
	/** The last event up to a time, in milliseconds since 1970. */
	| { readonly ask: "time"; readonly time: number }
	/** The nearest event in scope behind one, or before it. */
	| ({
			readonly ask: "next";
			readonly from: number;
			readonly back: boolean;
	  } & Scope)
	/** How many events were in scope, in so many equally long parts of all the time. */
	| ({ readonly ask: "marks"; readonly parts: number } & Scope)
	| { readonly ask: "compare"; readonly from: number; readonly to: number };

/** How far a log is read. What can be looked at lies from `first`, the beginning, to `last`. */
export interface About {
	readonly first: number;
	readonly last: number;
	/** Milliseconds since 1970, of the first and the last event. */
	readonly from: number;
	readonly to: number;
	/** Of so many events read so many; it grows until it is whole. */
	readonly read: number;
	readonly isWhole: boolean;
	/** Why it can't be read on, or what was left out. */
	readonly trouble?: string;
	readonly rooms: readonly string[];
}

/** What an actor looks like: its state, and what fired when it last moved. */
export interface Shape {
	readonly machine: string;
	readonly state: StateValue;
	readonly fired: readonly string[];
}

export interface Stretch {
	/** The event after which the actors stood so. */
	readonly seq: number;
	readonly shapes: readonly Shape[];
	/** Each with the index of its shape, and the event that moved it last; 0 if none did since the beginning. */
	readonly actors: readonly (readonly [
		id: string,
		shape: number,
		moved: number,
	])[];
	readonly moments: readonly Moment[];
}

/** Someone in a room, with however many tabs. */
export interface Stay {
	readonly name: string;
	readonly room: string;
}

/** A name that is another one's, or written otherwise: how it was, how it is. */
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
	/** Nothing if there is none. */
	readonly next: number | null;
	readonly marks: readonly number[];
	readonly compare: Comparison;
}
