/**
 * A log as it can be looked at, at any moment: it keeps every so often the
 * state that the log had come to, and a seek folds from there. States share
 * their structure, so a thousand of them take little more room than what
 * changed from one to the next.
 */
import { Map as PersistentMap } from "immutable";
import type { Frame, Moment } from "../../machines/frame.ts";
import type { Comparison, Shape, Stretch } from "../../machines/travel.ts";
import { evolveStored, type Step } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import { compare } from "./compare.ts";
import { EventIndex } from "./event-index.ts";
import { actorFrames, momentOf } from "./frames.ts";

/** At least so many events lie between one kept state and the next. */
const EVENTS_BETWEEN = 1000;

/** Some entries of a log, and where reading can begin again behind them. */
export interface Piece<Position> {
	readonly entries: readonly Stored[];
	/** Undefined where reading can't begin. */
	readonly end: Position | undefined;
}

/** Reads a log from its beginning, or from a position on. */
export type Read<Position> = (
	after: Position | undefined,
) => AsyncIterable<Piece<Position>>;

/** What moved an actor last: the event's seq, and the transitions that fired. */
type Moved = PersistentMap<string, Pick<Shape, "fired"> & { seq: number }>;

interface Checkpoint<Position> {
	readonly seq: number;
	readonly state: State;
	readonly moved: Moved;
	readonly end: Position | undefined;
}

export interface TimelineParts<Position> {
	readonly read: Read<Position>;
	/** Where it begins: a state that the log had come to, and behind which event. */
	readonly state: State;
	readonly seq?: number;
	readonly end?: Position;
	readonly between?: number;
}

export class Timeline<Position> {
	/** The beginning: how all stood after this event. */
	readonly first: number;
	readonly index: EventIndex;
	readonly #parts: TimelineParts<Position>;
	readonly #checkpoints: Checkpoint<Position>[];
	#last: number;

	constructor(parts: TimelineParts<Position>) {
		const { seq = 0, state, end } = parts;
		this.#parts = parts;
		this.first = seq;
		this.#last = seq;
		this.index = new EventIndex(seq, state);
		this.#checkpoints = [{ seq, state, moved: PersistentMap(), end }];
	}

	get last(): number {
		return this.#last;
	}

	/** Takes all that there is, once. Throws where the machines do not take an event. */
	async load(pieces: AsyncIterable<Piece<Position>>): Promise<void> {
		const { between = EVENTS_BETWEEN } = this.#parts;
		let checkpoint = this.#checkpointBefore(this.#last);
		let { state, moved } = checkpoint;
		for await (const { entries, end } of pieces) {
			for (const stored of entries) {
				const before = state;
				state = evolveStored(before, stored);
				const moment = momentOf({ stored, before, after: state });
				moved = movedBy(moved, moment);
				this.index.add(stored, moment, before);
				this.#last = stored.seq;
			}
			if (!end || this.#last - checkpoint.seq < between) continue;
			checkpoint = { seq: this.#last, state, moved, end };
			this.#checkpoints.push(checkpoint);
		}
	}

	/** How all stood after event `from`, and what each event did up to `to`. */
	async stretch(from: number, to: number): Promise<Stretch> {
		let { state, moved } = this.#checkpointBefore(from);
		const moments: Moment[] = [];
		for await (const step of this.#steps(from, to)) {
			const moment = momentOf(step);
			if (moment.seq > from) moments.push(moment);
			else {
				state = step.after;
				moved = movedBy(moved, moment);
			}
		}
		return { seq: from, ...actorStates(state, moved), moments };
	}

	/** Who came and left, and whose names changed, from the state after one event to that after another. */
	async compare(from: number, to: number): Promise<Comparison> {
		return compare(await this.#stateAt(from), await this.#stateAt(to));
	}

	async #stateAt(seq: number): Promise<State> {
		let { state } = this.#checkpointBefore(seq);
		for await (const { after } of this.#steps(seq, seq)) state = after;
		return state;
	}

	/** From the checkpoint before event `from` up to event `to`. */
	async *#steps(from: number, to: number): AsyncGenerator<Step> {
		const { seq, state, end } = this.#checkpointBefore(from);
		if (seq >= to) return;
		let before = state;
		for await (const { entries } of this.#parts.read(end))
			for (const stored of entries) {
				const after = evolveStored(before, stored);
				yield { stored, before, after };
				if (stored.seq >= to) return;
				before = after;
			}
	}

	#checkpointBefore(seq: number): Checkpoint<Position> {
		const found = this.#checkpoints.findLast((each) => each.seq <= seq);
		if (!found) throw new RangeError(`${seq} is before the first event.`);
		return found;
	}
}

function movedBy(moved: Moved, { seq, frames }: Moment): Moved {
	let next = moved;
	for (const frame of frames)
		if (frame.type === "gone") next = next.delete(frame.actor);
		else if (frame.type === "step")
			next = next.set(frame.actor, { seq, fired: frame.transitions });
	return next;
}

/** Most look alike: each shape is told once, not for each of ten thousand. */
function actorStates(state: State, moved: Moved) {
	const shapes: Shape[] = [];
	const known = new Map<string, number>();
	const actors = actorFrames(state).flatMap((frame: Frame) => {
		if (frame.type !== "actor") return [];
		const { actor, machine, state } = frame;
		const { seq = 0, fired = [] } = moved.get(actor) ?? {};
		const key = JSON.stringify([machine, state, fired]);
		const shape = known.get(key) ?? shapes.push({ machine, state, fired }) - 1;
		known.set(key, shape);
		return [[actor, shape, seq] as const];
	});
	return { shapes, actors };
}
