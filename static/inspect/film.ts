/**
 * What was seen, so that any moment of it can be looked at again: where it
 * began, and what each event did since. The oldest is folded into the
 * beginning once there is too much.
 */
import type { Frame, Moment } from "../../machines/frame.ts";

const MOST_MOMENTS = 5000;

export interface Actor {
	readonly id: string;
	readonly machine: string;
	readonly state: unknown;
	/** What fired when it last moved. */
	readonly fired: readonly string[];
}

export type Cast = ReadonlyMap<string, Actor>;

export class Film {
	#start = new Map<string, Actor>();
	#moments: Moment[] = [];
	#end = new Map<string, Actor>();

	/** How many events can be looked at. */
	get length(): number {
		return this.#moments.length;
	}

	moment(index: number): Moment | undefined {
		return this.#moments[index - 1];
	}

	/** A moment without a time is a beginning. */
	add(moment: Moment): void {
		if (moment.time === undefined) {
			this.#start = new Map();
			this.#moments = [];
			apply(this.#start, moment.frames);
			this.#end = new Map(this.#start);
			return;
		}
		this.#moments.push(moment);
		apply(this.#end, moment.frames);
		if (this.#moments.length <= MOST_MOMENTS) return;
		for (const { frames } of this.#moments.splice(0, MOST_MOMENTS / 2))
			apply(this.#start, frames);
	}

	/** Who was there after the first `index` events. */
	cast(index: number): Cast {
		if (index === this.length) return this.#end;
		const cast = new Map(this.#start);
		for (const { frames } of this.#moments.slice(0, index)) apply(cast, frames);
		return cast;
	}
}

function apply(cast: Map<string, Actor>, frames: readonly Frame[]): void {
	for (const frame of frames) {
		const { actor: id } = frame;
		const known = cast.get(id);
		if (frame.type === "gone") cast.delete(id);
		else if (frame.type === "actor")
			cast.set(id, {
				id,
				machine: frame.machine,
				state: frame.state,
				fired: [],
			});
		else if (known)
			cast.set(id, { ...known, state: frame.state, fired: frame.transitions });
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
export function stateName({ machine, state }: Actor): string {
	return (statesIn(machine, state).at(-1) ?? "").slice(machine.length + 1);
}
