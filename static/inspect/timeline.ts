/**
 * Moments that can be looked at: what was seen live, or a whole log. The page
 * works on this and does not care which; whoever implements it folds frames
 * into a cast by `apply`.
 */
import type { Moment } from "../../machines/frame.ts";

export interface Timeline {
	/** What can be looked at, by seq; `first` is the beginning: who was there before the next event. */
	readonly first: number;
	readonly last: number;
	/** Who was there after that event, and what it did. */
	at(seq: number): Promise<{ actors: Actors; moment: Moment | undefined }>;
	/** What each event in (from, to] did. */
	moments(from: number, to: number): Promise<readonly Moment[]>;
	/** Runs when `last` (or what is known) grows. */
	onGrowth(listener: () => void): void;
}

export interface Actor {
	readonly id: string;
	readonly machine: string;
	readonly state: unknown;
	/** `inRoom.attached` */
	readonly stateName: string;
	/** The event that moved it last; 0 if none did since the beginning. */
	readonly moved: number;
	/** What fired in its latest moves, the last of them first. */
	readonly trail: readonly (readonly string[])[];
}

/** By id. */
export type Actors = ReadonlyMap<string, Actor>;

const TRAIL = 4;

/** Moves a cast on by what one event did. */
export function apply(
	actors: Map<string, Actor>,
	{ seq, frames }: Moment,
): void {
	for (const frame of frames) {
		const { actor: id } = frame;
		if (frame.type === "gone") {
			actors.delete(id);
			continue;
		}
		const known = actors.get(id);
		const machine = frame.type === "actor" ? frame.machine : known?.machine;
		if (machine === undefined) continue;
		const { state } = frame;
		const still = { id, machine, state, stateName: nameOf(state) };
		if (frame.type === "actor")
			actors.set(id, { ...still, moved: 0, trail: [] });
		else {
			const before = known?.trail.slice(0, TRAIL - 1) ?? [];
			const trail = [frame.transitions, ...before];
			actors.set(id, { ...still, moved: seq, trail });
		}
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

/** What an event was; every one is in the step of a machine. */
export function eventOf({ frames }: Moment): string {
	for (const frame of frames) if (frame.type === "step") return frame.event;
	return "";
}
