/**
 * A log that can be shown at any moment. It keeps every n-th state, and a seek
 * folds from there. States share their structure, so each costs no more memory
 * than what changed since the one before.
 */
import { Map as PersistentMap } from "immutable";
import type { Moment } from "../../machines/frame.ts";
import type { Comparison, Shape, Stretch } from "../../machines/travel.ts";
import { evolveStored, type Step } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";
import type { LogPosition, Stored } from "../log/log.ts";
import { compare } from "./compare.ts";
import { EventIndex } from "./event-index.ts";
import { actorFrames, momentOf } from "./frames.ts";

/** At least so many events lie between one checkpoint and the next. */
const EVENTS_BETWEEN = 500;

/** Some entries of a log, and where to read on after them. */
export interface Piece {
	readonly entries: readonly Stored[];
	/** Undefined inside a batch, where no reading can begin. */
	readonly end: LogPosition | undefined;
}

/** Reads a log from its beginning, or from a position on. */
export type Read = (after?: LogPosition) => AsyncIterable<Piece>;

/** For each actor, the seq of the event that moved it last, and the transitions that fired then. */
type LastMoves = PersistentMap<
	string,
	{ readonly seq: number; readonly fired: Shape["fired"] }
>;

/** The state after an event, and where to read on. */
interface Checkpoint {
	readonly seq: number;
	readonly state: State;
	readonly lastMoves: LastMoves;
	readonly end: LogPosition | undefined;
}

export interface TimelineParts {
	readonly read: Read;
	/** The state to begin with, and the end of the log at that state. Without `end`, that is before the first event. */
	readonly state: State;
	readonly end?: LogPosition;
	readonly interval?: number;
}

export class Timeline {
	/** The seq of the event before the beginning. */
	readonly first: number;
	readonly index: EventIndex;
	readonly #parts: TimelineParts;
	readonly #checkpoints: Checkpoint[];
	#last: number;

	constructor(parts: TimelineParts) {
		const { state, end } = parts;
		const seq = end?.seq ?? 0;
		this.#parts = parts;
		this.first = seq;
		this.#last = seq;
		this.index = new EventIndex(seq, state);
		this.#checkpoints = [{ seq, state, lastMoves: PersistentMap(), end }];
	}

	get last(): number {
		return this.#last;
	}

	/** Folds all pieces, once. Throws at an event that is illegal in the state before it. */
	async load(pieces: AsyncIterable<Piece>): Promise<void> {
		const { interval = EVENTS_BETWEEN } = this.#parts;
		let checkpoint = this.#checkpointBefore(this.#last);
		let { state } = checkpoint;
		let lastMoves = checkpoint.lastMoves.asMutable();
		for await (const { entries, end } of pieces) {
			for (const stored of entries) {
				const before = state;
				state = evolveStored(before, stored);
				const moment = momentOf({ stored, before, after: state });
				addMoves(lastMoves, moment);
				this.index.add(stored, moment, before);
				this.#last = stored.seq;
			}
			if (!end || this.#last - checkpoint.seq < interval) continue;
			const moves = lastMoves.asImmutable();
			checkpoint = { seq: this.#last, state, lastMoves: moves, end };
			this.#checkpoints.push(checkpoint);
			lastMoves = moves.asMutable();
		}
	}

	/** The actors after event `from`, and what each event did up to `to`. */
	async stretch(from: number, to: number): Promise<Stretch> {
		let { state, lastMoves } = this.#checkpointBefore(from);
		lastMoves = lastMoves.asMutable();
		const moments: Moment[] = [];
		for await (const step of this.#steps(from, to)) {
			const moment = momentOf(step);
			if (moment.seq > from) moments.push(moment);
			else {
				state = step.after;
				addMoves(lastMoves, moment);
			}
		}
		return { seq: from, ...actorsIn(state, lastMoves), moments };
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

	#checkpointBefore(seq: number): Checkpoint {
		const found = this.#checkpoints.findLast((each) => each.seq <= seq);
		if (!found) throw new RangeError(`${seq} is before the first event.`);
		return found;
	}
}

/** Changes `lastMoves`, which must be mutable: a copy for each event would be most of the work. */
function addMoves(lastMoves: LastMoves, { seq, frames }: Moment): void {
	for (const frame of frames)
		if (frame.type === "gone") lastMoves.delete(frame.actor);
		else if (frame.type === "step")
			lastMoves.set(frame.actor, { seq, fired: frame.transitions });
}

/** Most actors look alike: each shape is sent once, not for each of ten thousand. */
function actorsIn(state: State, lastMoves: LastMoves) {
	const moves = new Map(lastMoves); // its own `get` hashes each id anew
	const shapes: Shape[] = [];
	const numbers = new Map<string, number>();
	const actors = actorFrames(state).map(({ actor, machine, state }) => {
		const { seq = 0, fired = [] } = moves.get(actor) ?? {};
		const key = `${machine} ${JSON.stringify(state)} ${fired.join()}`;
		const shape =
			numbers.get(key) ?? shapes.push({ machine, state, fired }) - 1;
		numbers.set(key, shape);
		return [actor, shape, seq] as const;
	});
	return { shapes, actors };
}
