/**
 * The moments the page can show: those received from a running server, or
 * those of a whole log. Every view works on this interface; both timelines
 * fold frames into actors with `apply`.
 */
import type { Moment, NodeShown } from "../../machines/frame.ts";

/** Fires `growth` when `last`, or what is known of the log, changes. */
export interface Timeline extends EventTarget {
	/** The seq of the beginning: the actors before the next event are known, and nothing earlier. */
	readonly first: number;
	readonly last: number;
	/** What a running server is among others, now; undefined if it is alone. */
	readonly node?: NodeShown;
	/** The actors after an event, and what that event did. */
	at(seq: number): Promise<ActorsAt>;
	/** What each event in (from, to] did. */
	moments(from: number, to: number): Promise<readonly Moment[]>;
}

export interface ActorsAt {
	readonly actors: Actors;
	/** None at the beginning. */
	readonly moment: Moment | undefined;
}

export interface Actor {
	readonly id: string;
	readonly machine: string;
	readonly state: unknown;
	/** `inRoom.attached` */
	readonly stateName: string;
	/** The id of the node that carries a client. */
	readonly node?: string | undefined;
	/** What the operator calls it, if it is a node. */
	readonly label?: string;
	/** The seq of the event that moved it last; 0 if none did since the beginning. */
	readonly moved: number;
	/** The transitions that fired in each of its latest moves, the newest first. */
	readonly trail: readonly (readonly string[])[];
}

/** By id. */
export type Actors = ReadonlyMap<string, Actor>;

const TRAIL = 4;

/** Changes `actors` by what one event did, and returns them. */
export function apply(actors: Map<string, Actor>, { seq, frames }: Moment) {
	for (const frame of frames) {
		const { actor: id } = frame;
		if (frame.type === "gone") {
			actors.delete(id);
			continue;
		}
		const known = actors.get(id);
		const machine = frame.type === "actor" ? frame.machine : known?.machine;
		if (machine === undefined) continue;
		const { state, node = known?.node } = frame;
		const actor = { id, machine, state, node, stateName: nameOf(state) };
		if (frame.type === "actor")
			actors.set(id, { ...actor, moved: 0, trail: [] });
		else {
			const earlier = known?.trail.slice(0, TRAIL - 1) ?? [];
			const trail = [frame.transitions, ...earlier];
			actors.set(id, { ...actor, moved: seq, trail });
		}
	}
	return actors;
}

/** The actors after one event, and the moments of the events that follow it without a gap. */
export class MomentRange {
	/** The event after which the range begins. */
	readonly from: number;
	readonly #start: Actors;
	readonly #moments: Moment[];
	/** The actors after event `#seq`, from the latest call of `at`. A step forward goes on from here. */
	#actors: Map<string, Actor>;
	#seq: number;

	constructor(from: number, start: Actors, moments: readonly Moment[] = []) {
		this.from = from;
		this.#start = start;
		this.#moments = [...moments];
		this.#actors = new Map(start);
		this.#seq = from;
	}

	get to(): number {
		return this.from + this.#moments.length;
	}

	add(moment: Moment): void {
		this.#moments.push(moment);
	}

	/** The actors are valid until the next call. */
	at(seq: number): ActorsAt {
		if (seq < this.#seq) {
			this.#actors = new Map(this.#start);
			this.#seq = this.from;
		}
		const passed = this.momentsIn(this.#seq, seq);
		for (const moment of passed) apply(this.#actors, moment);
		this.#seq += passed.length;
		return { actors: this.#actors, moment: this.#moments[seq - this.from - 1] };
	}

	momentsIn(from: number, to: number): readonly Moment[] {
		const indexOf = (seq: number) => Math.max(0, seq - this.from);
		return this.#moments.slice(indexOf(from), indexOf(to));
	}

	/** The part of it after an event. */
	after(seq: number): MomentRange {
		const { actors } = this.at(seq);
		return new MomentRange(seq, new Map(actors), this.momentsIn(seq, this.to));
	}
}

/** The ids of the states an actor is in, the outermost first. */
export function statesIn(id: string, state: unknown): readonly string[] {
	if (typeof state === "string") return [id, `${id}.${state}`];
	if (typeof state !== "object" || state === null) return [id];
	const inner = Object.entries(state).flatMap(([key, value]) =>
		statesIn(`${id}.${key}`, value),
	);
	return [id, ...inner];
}

/** `inRoom.attached` */
export function nameOf(state: unknown): string {
	return (statesIn("", state).at(-1) ?? "").slice(1);
}

/** The type of the event of a moment: every event steps at least one machine. */
export function eventOf({ frames }: Moment): string {
	for (const frame of frames) if (frame.type === "step") return frame.event;
	return "";
}
